import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

/** @file The documentation as a site: `npm run docs` makes the API pages with typedoc, then this. */

const DOCS = dirname(dirname(fileURLToPath(import.meta.url)));

const decisions = readdirSync(join(DOCS, 'decisions'))
  .filter((name) => /^\d{4}-.*\.md$/.test(name))
  .map((name) => name.slice(0, -3));

const packages = existsSync(join(DOCS, 'api'))
  ? readdirSync(join(DOCS, 'api', '@omnict')).map((name) => name.replace(/\.md$/, ''))
  : [];

/** Sidebar entries: titles by page. */
const pages = (titles: Readonly<Record<string, string>>, base = '') =>
  Object.entries(titles).map(([page, text]) => ({ text, link: `/${base}${page}` }));

export default defineConfig({
  title: 'OmniCT',
  description: 'A slice-volume CT vision-language model, its training, evaluation and ablations',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  cleanUrls: true,
  srcExclude: ['api/README.md'],
  rewrites: { 'README.md': 'index.md', 'decisions/README.md': 'decisions/index.md' },
  themeConfig: {
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      { text: 'Guides', link: '/sweeps' },
      { text: 'Results', link: '/results' },
      { text: 'API', link: '/api/@omnict/model' },
    ],
    sidebar: [
      {
        text: 'Use it',
        items: pages({
          sweeps: 'Sweeps',
          tracking: 'Tracking',
          reproducing: 'Reproducing',
          report: 'Reports',
          serve: 'Serving',
          checkpoints: 'Checkpoints',
          evaluation: 'Evaluation',
          data: 'Data',
          curation: 'Curation',
          'phantom-ct': 'PhantomCT',
          scale: 'The paper’s size',
        }),
      },
      {
        text: 'What was found',
        items: pages({
          results: 'Results',
          paper: 'The paper’s tables',
          performance: 'Performance',
        }),
      },
      {
        text: 'How it works',
        items: pages({
          architecture: 'Architecture',
          robustness: 'Robustness',
          security: 'Security',
          'decisions/': 'Decisions',
          releasing: 'Releasing',
        }),
      },
      {
        text: 'API',
        items: packages.map((name) => ({ text: name, link: `/api/@omnict/${name}` })),
      },
      {
        text: 'Decisions',
        collapsed: true,
        items: decisions.map((name) => ({ text: name, link: `/decisions/${name}` })),
      },
    ],
  },
  markdown: {
    config: ({ core }) => {
      // Links to files of the repository, which a site does not hold, become their text.
      core.ruler.push('links-out', ({ tokens, env }) => {
        for (const { children } of tokens) {
          let isOut = false;
          for (const token of children ?? []) {
            if (token.type === 'link_open') {
              const href = String(token.attrGet('href'));
              const target = join(DOCS, dirname(String(env.relativePath)), href);
              isOut = href.startsWith('.') && relative(DOCS, target).startsWith('..');
            }
            if (isOut && token.type.startsWith('link_')) {
              if (token.type === 'link_close') isOut = false;
              token.type = 'text';
              token.tag = '';
              token.nesting = 0;
              token.content = '';
            }
          }
        }
      });
    },
  },
});
