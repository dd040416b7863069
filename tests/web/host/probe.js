// Runs before everything else in the shop's page, put there by the browser itself: the page is as
// the merchant wrote it, whatever its policy, and still tells what happens to it.
if (window === top) {
  const probe = (window.probe = { events: [], said: [], faults: [], violations: [], restored: null });
  const watch = type => {
    const seen = [];
    const take = entries => seen.push(...entries.map(entry => entry.value ?? entry.duration));
    const observer = new PerformanceObserver(list => take(list.getEntries()));
    observer.observe({ type, buffered: true });
    return () => (take(observer.takeRecords()), seen);
  };
  probe.shifts = watch('layout-shift');
  probe.long = watch('longtask');
  for (const name of ['ready', 'open', 'close', 'earned', 'held', 'tier', 'redeemed', 'error'])
    document.addEventListener('laurel:' + name, e => probe.events.push([name, e.detail]));
  document.addEventListener('securitypolicyviolation', e =>
    probe.violations.push(e.effectiveDirective)
  );
  addEventListener('error', e => probe.faults.push(e.message));
  addEventListener('unhandledrejection', e => probe.faults.push(String(e.reason)));
  addEventListener('pageshow', e => (probe.restored = e.persisted));
  for (const kind of ['error', 'warn']) {
    const plain = console[kind];
    console[kind] = (...words) => (probe.said.push(words.join(' ')), plain.apply(console, words));
  }
}
