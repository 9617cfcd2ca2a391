"""How a StyleGAN is trained: the schedule of growing, one step of the game, the loop around it."""
