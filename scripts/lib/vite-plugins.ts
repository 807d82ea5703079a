import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Connect, HtmlTagDescriptor, Plugin } from 'vite';

const require = createRequire(import.meta.url);

/**
 * What the built page may do: scripts and workers from the site itself, and WASM. It may connect to any host with https, which is
 * as far as a person may ever choose a mirror; connect-policy.js narrows that to the hosts that are in use.
 */
const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');

/** Headers that a host should send: a page's HTML cannot say who may frame it, and its policy does not reach its workers. */
export const safetyHeaders = {
  'Content-Security-Policy': `${policy}; frame-ancestors 'self'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/**
 * Writes the policy into the built page, and the script that narrows it. Only for the build, as the dev server puts inline scripts
 * into the page.
 */
export function contentSecurityPolicy(): Plugin {
  return {
    name: 'h-neurons:content-security-policy',
    apply: 'build',
    generateBundle() {
      const script = new URL('connect-policy.js', import.meta.url);
      this.emitFile({ type: 'asset', fileName: 'connect-policy.js', source: readFileSync(script) });
    },
    transformIndexHtml: {
      order: 'post',
      handler: (): HtmlTagDescriptor[] => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: policy },
          injectTo: 'head-prepend',
        },
        { tag: 'script', attrs: { src: './connect-policy.js' }, injectTo: 'head-prepend' },
      ],
    },
  };
}

/** Lets browsers keep what has a hash in its name, so that a page that is open outlives a new version of the site. */
export function lastingAssets(): Plugin {
  return {
    name: 'h-neurons:lasting-assets',
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        if (/^\/assets\//.test(request.url ?? '')) {
          const setHeader = response.setHeader.bind(response);
          setHeader('Cache-Control', 'public, max-age=31536000, immutable');
        }
        next();
      });
    },
  };
}

/**
 * Adds the service worker that makes the built page cross-origin isolated on hosts that send no such headers.
 * Where headers are there, or service workers are not, the script does nothing.
 */
export function crossOriginIsolation(): Plugin {
  const script = (src: string): HtmlTagDescriptor => ({
    tag: 'script',
    attrs: { src },
    injectTo: 'head-prepend',
  });
  return {
    name: 'h-neurons:cross-origin-isolation',
    apply: 'build',
    generateBundle() {
      const worker = require.resolve('coi-serviceworker/coi-serviceworker.min.js');
      this.emitFile({ type: 'asset', fileName: 'coi-serviceworker.js', source: readFileSync(worker) });
      const once = new URL('reload-once.js', import.meta.url);
      this.emitFile({ type: 'asset', fileName: 'reload-once.js', source: readFileSync(once) });
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => [script('./reload-once.js'), script('./coi-serviceworker.js')],
    },
  };
}

/**
 * Keeps zod from trying whether code may be made from text, which the page's policy forbids and browsers report. It tries when
 * the first schema is made, which may be before any code of the page runs, so the switch is in zod itself.
 */
export function schemasWithoutEval(): Plugin {
  return {
    name: 'h-neurons:schemas-without-eval',
    transform(code, id) {
      return /[/\\]zod[/\\]v4[/\\]core[/\\]core\.js$/.test(id)
        ? { code: `${code}\nconfig({ jitless: true });\n`, map: null }
        : undefined;
    },
  };
}

/** Headers that make a page cross-origin isolated, which threads in WebAssembly need. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/**
 * Sends the headers with every answer of the dev and preview servers. Vite's own `headers` are missing from "304 Not
 * Modified", for which WebKit refuses to start a worker.
 */
export function isolationHeaders(): Plugin {
  const use = (server: { middlewares: Connect.Server }) => {
    server.middlewares.use((_request, response, next) => {
      for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
      next();
    });
  };
  return { name: 'h-neurons:isolation-headers', configureServer: use, configurePreviewServer: use };
}

/** Leaves public/models out of the built site when `include` is false. */
export function modelBesideSite(include: boolean): Plugin {
  let models = '';
  return {
    name: 'h-neurons:model-beside-site',
    apply: 'build',
    configResolved(config) {
      models = resolve(config.root, config.build.outDir, 'models');
    },
    async closeBundle() {
      if (!include) await rm(models, { recursive: true, force: true });
    },
  };
}
