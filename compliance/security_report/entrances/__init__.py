"""The ways into an assembly from outside, one module for each kind of API."""
