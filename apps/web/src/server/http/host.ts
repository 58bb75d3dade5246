/** Which hosts and origins this server answers to. Pure, so that proxy.ts and the API decide alike. */
export interface HostPolicy {
  /** e.g. `https://laurel.example.org` */
  publicOrigin: string;
  allowedHosts: readonly string[];
}

/**
 * True for the public host, the loopback names (any port) and the hosts that the operator listed. Everything else is
 * refused, so that a name that somebody points at this machine (DNS rebinding) gets no answer.
 */
export function hostAllowed(host: string | null, policy: HostPolicy): boolean {
  if (host === null) return false;
  const name = host.toLowerCase();
  if (name === new URL(policy.publicOrigin).host || policy.allowedHosts.includes(name)) return true;
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(name);
}

/**
 * True when a browser sent the request from a page of ours: `Origin` is the public origin, or names the very host that
 * was asked (a loopback name beside the public one).
 */
export function originAllowed(origin: string | null, host: string | null, policy: HostPolicy): boolean {
  if (origin === null) return false;
  if (origin === policy.publicOrigin) return true;
  if (!hostAllowed(host, policy)) return false;
  return origin === `http://${host?.toLowerCase()}` || origin === `https://${host?.toLowerCase()}`;
}
