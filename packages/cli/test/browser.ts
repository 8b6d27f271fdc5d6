import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Where Debian installs it. */
const CHROMIUM = '/usr/bin/chromium';

/** Why there can be no browser here; undefined when there can. */
export function browserIsMissing(): string | undefined {
  return existsSync(CHROMIUM) ? undefined : 'no chromium (apt-get install chromium)';
}

/** Starts Debian's browser. As root, as in CI, its sandbox does not work. */
export function startBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...args] });
}

/** A page of a file, and all that it said and asked for. */
export interface OpenedPage {
  page: Page;
  /** Console messages and errors of scripts. */
  messages: string[];
  /** Addresses it asked for, its own file left out. */
  requests: string[];
}

/** Opens an HTML file. */
export function openFile(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  return openAddress(browser, pathToFileURL(file).href, options);
}

/** Opens an address. */
export async function openAddress(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const messages: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', ({ message }) => messages.push(message));
  page.on('request', (request) => {
    if (request.url() !== address && !request.url().startsWith('data:')) {
      requests.push(request.url());
    }
  });
  await page.goto(address);
  return { page, messages, requests };
}

/** A fault that axe-core found. */
interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** Violations of WCAG 2.1 AA that axe-core calls serious or critical. */
export async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8'));
  const found = await page.evaluate<Violation[]>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(({ violations }) => violations)`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary = '' }) => `${id}: ${target.join(' ')}: ${failureSummary}`,
      ),
    );
}
