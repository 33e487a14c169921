// Applies the chosen theme, text size and widths of the columns before the first paint. The keys are written by src/app/theme.ts and src/app/room.ts.
try {
  var root = document.documentElement;
  var theme = localStorage.getItem('nucleus.theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  var text = localStorage.getItem('nucleus.text');
  if (text !== null) root.dataset.text = text;
  for (var column of ['side', 'settings']) {
    var share = Number(localStorage.getItem('nucleus.' + column));
    if (share > 0 && share < 1) root.style.setProperty('--' + column, share * 100 + 'vw');
  }
} catch {
  // Storage is closed: the system's theme stands.
}
