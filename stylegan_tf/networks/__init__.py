"""The networks of the paper's figure 1, and the discriminator. One idea a file.

layers.py has what they are made of: equalised learning rate, resampling, blur. Then follow mapping.py,
adain.py, noise.py, synthesis.py, generator.py and discriminator.py.
"""
