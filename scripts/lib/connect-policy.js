// Narrows what the page may connect to before anything else runs: its own site, the Hugging Face Hub, and the mirror that the
// person chose in this browser. A policy in the page's HTML cannot name that mirror, and no policy can be widened later.
{
  const mirror = () => {
    try {
      const url = new URL(window.localStorage.getItem('h-neurons.hub-host') ?? '');
      const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
      return url.protocol === 'https:' || (url.protocol === 'http:' && local) ? [url.origin] : [];
    } catch {
      return [];
    }
  };
  const hosts = [
    "'self'",
    'https://huggingface.co',
    'https://*.huggingface.co',
    'https://*.hf.co',
    ...mirror(),
  ];
  const meta = document.createElement('meta');
  meta.httpEquiv = 'Content-Security-Policy';
  meta.content = `connect-src ${hosts.join(' ')}`;
  document.head.append(meta);
}
