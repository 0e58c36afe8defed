// The process's exit codes, for whoever supervises it. Imports nothing.

/** Exit codes beside 0: what an operator's supervisor should not repeat blindly. */
export const EXIT = { defect: 1, faults: 2, unauthorized: 3, conflict: 4, locked: 5 } as const;
