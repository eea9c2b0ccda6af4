/** Whether a Bot Connector's address lies below one of those that are allowed, so that our token goes nowhere else. */
export function isAllowedService(serviceUrl: string, allowed: readonly string[]): boolean {
  if (!URL.canParse(serviceUrl)) return false;
  const url = new URL(serviceUrl);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false;
  return allowed.some((one) => {
    const base = new URL(one);
    const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
    return url.origin === base.origin && `${url.pathname.replace(/\/+$/u, '')}/`.startsWith(folder);
  });
}

/** Whether a file's address is at one of the hosts allowed: `.example.com` stands for all below it. Over TLS, but for this machine. */
export function isAllowedFile(address: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  const isLocal = protocol === 'http:' && hostname === '127.0.0.1';
  if (protocol !== 'https:' && !isLocal) return false;
  return hosts.some((one) =>
    one.startsWith('.') ? host.endsWith(one.toLowerCase()) : host === one.toLowerCase(),
  );
}
