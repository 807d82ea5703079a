// Settings of coi-serviceworker: reload once its worker is ready, and at most once in a tab.
{
  const key = 'reloaded-for-isolation';
  const session = () => {
    try {
      return window.sessionStorage;
    } catch {
      return null;
    }
  };
  if (window.crossOriginIsolated) session()?.removeItem(key);
  const doReload = async () => {
    const store = session();
    if (store === null || store.getItem(key) !== null) return;
    store.setItem(key, '1');
    await navigator.serviceWorker.ready;
    window.location.reload();
  };
  Object.assign(window, { coi: { quiet: true, doReload } });
}
