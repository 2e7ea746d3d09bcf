"""Random walks of one order's held money: who walks, what they meet, and what must be true."""
