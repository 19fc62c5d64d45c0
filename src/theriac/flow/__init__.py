"""The pure stages between versions and alerts: frozen data in, frozen data out, no SQL, no files, no clock."""
