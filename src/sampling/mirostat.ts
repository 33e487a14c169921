// Which draws mirostat's bound hangs on.

interface MirostatSettings {
  readonly mirostat_tau: number;
  readonly mirostat_eta: number;
}

/** Whether a draw with settings `made` moves the bound of a draw with settings `now`. */
export function movesBound(made: MirostatSettings, now: MirostatSettings): boolean {
  return now.mirostat_tau > 0 && made.mirostat_tau === now.mirostat_tau && made.mirostat_eta === now.mirostat_eta;
}
