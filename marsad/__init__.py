"""Marsad: Arabic war reports in, a sourced record out."""
