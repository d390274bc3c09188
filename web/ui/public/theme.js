// Runs before the first paint, so that a chosen theme does not flash. The pages' own script keeps it up to date.
try {
  const theme = localStorage.getItem("parley.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be forbidden; the system's theme then applies.
}
