import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { CSP } from './scripts/csp.mjs';
import { shrinkShaders } from './scripts/wgsl.mjs';

/** What the head of every page has beside its title and description. */
function commonHead(): Plugin {
  const meta = (name: string, content: string, more = {}) => ({ tag: 'meta', attrs: { name, content, ...more } });
  const tags = [
    meta('viewport', 'width=device-width, initial-scale=1'),
    meta('color-scheme', 'light dark'),
    meta('theme-color', '#ffffff', { media: '(prefers-color-scheme: light)' }),
    meta('theme-color', '#111317', { media: '(prefers-color-scheme: dark)' }),
    { tag: 'link', attrs: { rel: 'icon', href: './favicon.svg', type: 'image/svg+xml' } },
  ];
  return { name: 'common-head', transformIndexHtml: () => tags.map((tag) => ({ ...tag, injectTo: 'head' as const })) };
}

/** The content security policy as a tag, only in the built site (the dev server needs inline scripts); fails the build on anything inline. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        if (/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i.test(html))
          throw new Error('A page has an inline script or style, which the policy forbids.');
        return [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: CSP }, injectTo: 'head-prepend' }];
      },
    },
  };
}

const REACT = /[\\/]node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|zustand)[\\/]/;
const CHARTS =
  /[\\/]node_modules[\\/](recharts|victory-vendor|d3-[a-z]+|internmap|decimal\.js-light|@reduxjs|redux|reselect|immer|react-redux|es-toolkit|eventemitter3|tiny-invariant|react-is)[\\/]/;

export default defineConfig({
  // Any sub-path of any host will do.
  base: './',
  plugins: [react(), commonHead(), contentSecurityPolicy()],
  worker: { format: 'es', plugins: () => [shrinkShaders()] },
  build: {
    target: ['es2023', 'chrome113'],
    // Every browser with WebGPU knows modulepreload.
    modulePreload: { polyfill: false },
    // An inlined asset would be a data: URL, which the policy forbids for everything but images.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ['index.html', 'bench.html', 'selftest.html', 'surfaces.html'],
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: REACT, priority: 2 },
            { name: 'charts', test: CHARTS, priority: 1 },
          ],
        },
      },
    },
  },
});
