// What the desktop shell does before any script of ours: a library that assigns over a frozen prototype must show itself here.
Object.freeze(Object.prototype);
