// Makes docs/voice.md: all texts that a person reads, as they read them.

import type { Policy } from '../../src/operations/frame/context.ts';
import { NO_BRAND } from '../../src/settings/brand-settings.ts';
import { createPage } from './page.ts';
import { showPrograms } from './programs.ts';
import { asLine, flat, isOn, textsIn } from './sources.ts';
import { setStage } from './stage.ts';
import {
  showConsoleRefusals,
  showErrorPages,
  showMails,
  showRestErrors,
  showSettings,
  showSlackRefusals,
} from './tables.ts';
import { walkAzure } from './walk-azure.ts';
import { walkCompany } from './walk-company.ts';
import { walkPortal } from './walk-portal.ts';
import { endWalk, walkSlack } from './walk-slack.ts';

const HEAD = `# Voice

All texts that a person reads, as they read them. \`npm run voice\` writes this page, and a test says when it is out of
date. Read it aloud before you change a text.

- In a text, \`[Button]\` is a button, \`[One | Two ▾]\` a menu, \`Field: ‹placeholder›\` a field with its hint below.
- A text that was shown before isn't repeated. Ids, keys and links are left out.
`;

/** Their texts are for people, except what they log. */
const SOURCES = [
  'domain',
  'operations',
  'mail',
  'slack',
  'portal',
  'management',
  'web',
  'settings',
  'security',
  'cli',
];

/** What the walk met, so that a test can say what it forgot. */
export type Met = { views: Set<string>; buttons: Set<string>; visited: Set<string> };

export async function makeVoice(): Promise<{ text: string; met: Met }> {
  const page = createPage();
  const visited = new Set<string>();
  const stage = await setStage(page);
  try {
    await walkSlack(stage, page);
    await walkPortal({ stage, page, visited });
    await walkAzure(stage, page);
    await walkCompany(page, visited);
    await endWalk(stage);
    await showMails(page);
    showSlackRefusals(page);
    await showErrorPages(page, PAGES);
    showRestErrors(page);
    await showPrograms(page, stage.app.databaseUrl);
    showConsoleRefusals(page);
    showSettings(page);
  } finally {
    await stage.close();
  }
  showPlayground(page);
  showUnreached(page);
  return { text: `${HEAD}\n${page.text()}`, met: { ...stage.seen, visited } };
}

/** What pages need of the settings. */
export const PAGES = {
  organizationName: 'Example Corp',
  language: 'en',
  supportEmail: 'support@example.com',
  publicUrl: 'https://apis.example.com',
  signUp: 'approval',
  passwordMinLength: 15,
  brand: NO_BRAND,
  signIn: { hasPasswords: true, providers: [] },
} as Partial<Policy> as Policy;

type Page = ReturnType<typeof createPage>;

function showPlayground(page: Page): void {
  page.chapter('The playground', 'From its sources; … stands for a value.');
  showByFile(page, textsIn(['src/playground']));
}

/** From the sources: nobody has to remember to show a new text. */
function showUnreached(page: Page): void {
  page.chapter('Texts that are not shown above', 'From the sources; … stands for a value.');
  const shown = flat(page.text());
  const written = textsIn(SOURCES.map((folder) => `src/${folder}`));
  showByFile(
    page,
    written.filter((text) => !isOn(shown, text)),
  );
}

function showByFile(page: Page, texts: ReturnType<typeof textsIn>): void {
  for (const [file, some] of byFile(texts)) {
    page.section(`\`${file}\``);
    page.lines([...new Set(some.map(asLine))]);
  }
}

function byFile(texts: ReturnType<typeof textsIn>): Map<string, ReturnType<typeof textsIn>> {
  const files = new Map<string, ReturnType<typeof textsIn>>();
  for (const text of texts) files.set(text.file, [...(files.get(text.file) ?? []), text]);
  return files;
}
