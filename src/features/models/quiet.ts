/** After a load, and after a run that was under way then, kernels are checked by themselves, in milliseconds: by then the page has computed what it shows. */
export const QUIET_MS = 4500;
