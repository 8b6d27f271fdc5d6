import type { MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiError } from './api-error';

/** Cookie that the page's own requests carry. */
const COOKIE = 'omnict-token';

/** Names of this machine for itself. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** The page runs its own script and asks its own server; nothing else. NiiVue draws from blobs. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' data: blob:",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every reply. */
export function securityHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.header('Content-Security-Policy', POLICY);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'no-referrer');
    c.header('Cross-Origin-Resource-Policy', 'same-origin');
    c.header('Cross-Origin-Opener-Policy', 'same-origin');
    c.header('Cache-Control', 'no-store');
  };
}

/**
 * Refuses requests of other sites' pages: a browser on this machine reaches the server, so a page anywhere
 * could ask it, under a name of its own that leads here (DNS rebinding) or from its own address.
 *
 * @param token without one, only this machine's names for itself are answered to
 */
export function sameSiteOnly(token: string | undefined): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? '';
    if (token === undefined && !LOOPBACK.test(host)) {
      throw new ApiError(403, 'this server answers to localhost alone; ask it there', {
        code: 'host_refused',
      });
    }
    const origin = c.req.header('origin');
    const isForeign = origin !== undefined && !isOwnOrigin(origin, host);
    const site = c.req.header('sec-fetch-site');
    const isOtherSite = site !== undefined && site !== 'same-origin' && site !== 'none';
    const isVisit = c.req.method === 'GET' && c.req.path === '/'; // a link to the page is no harm
    if (isForeign || (isOtherSite && !isVisit)) {
      throw new ApiError(403, 'pages of other sites may not ask this server; use its own page', {
        code: 'cross_site_refused',
      });
    }
    await next();
  };
}

function isOwnOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

/** Asks for the token: as a bearer's, as OpenAI's clients send it, or in the cookie that `/?token=..` sets. */
export function tokenRequired(token: string): MiddlewareHandler {
  return async (c, next) => {
    const given = c.req.query('token');
    if (c.req.path === '/' && given !== undefined && isEqual(given, token)) {
      setCookie(c, COOKIE, token, { httpOnly: true, sameSite: 'Strict', path: '/' });
      return c.redirect('/');
    }
    const [, bearer = getCookie(c, COOKIE)] =
      /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    if (bearer === undefined || !isEqual(bearer, token)) {
      throw new ApiError(
        401,
        "this server wants its token: 'Authorization: Bearer TOKEN', or open /?token=TOKEN in a browser; it was printed when the server started",
        { code: 'invalid_api_key' },
      );
    }
    return next();
  };
}

/** Compares in a time that tells nothing of where two texts differ. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
