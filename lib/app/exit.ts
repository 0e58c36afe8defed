// The process's exit codes.

/** Exit codes other than 0; a supervisor should restart only after `defect`. */
export const EXIT = { defect: 1, faults: 2, unauthorized: 3, conflict: 4, locked: 5 } as const;
