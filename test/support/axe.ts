// The accessibility faults that axe can find.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
type Run = { violations: { id: string; impact: string | null; help: string; nodes: { html: string }[] }[] };

/** Serious and critical faults of what the page shows now, one line each. */
export async function faultsOnPage(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(SOURCE, 'utf8'));
  // The frame of a mail runs no scripts; mails are checked on a page of their own.
  const { violations } = (await page.evaluate('axe.run(document, { iframes: false })')) as Run;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
    );
}
