"""What channels report, in the tables: messages and what happens to them, people, standing, gaps, sends."""
