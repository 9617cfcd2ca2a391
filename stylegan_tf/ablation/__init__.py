"""The paper's ablations at any scale: what each part of StyleGAN is worth."""
