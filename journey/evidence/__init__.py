"""What a case has heard: which facts it keeps, and the marks that they make, alone and together."""
