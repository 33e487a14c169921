// Applies the chosen theme before the first paint. The key is written by src/app/theme.ts.
try {
  var theme = localStorage.getItem('nucleus.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed: the system's theme stands.
}
