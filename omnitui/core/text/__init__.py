"""Text from outside: made safe, made readable, split into the writer's own words and the rest."""
