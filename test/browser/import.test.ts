import { text } from 'node:stream/consumers';
import { beforeAll, expect } from 'vitest';
import { startBrowserApp, story } from '../support/browser-app.ts';
import type { BrowserPerson } from '../support/browser-person.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startBrowserApp);
let admin: BrowserPerson;
beforeAll(async () => {
  admin = await app.as('admin');
});

const FILE = `email,first,last,groups,note,mode
ann@example.com,Ann,Lee,,,add
ben@example.com,,,,,invite
no address,,,,,
`;

story(
  'a file that is attached in the direct message has a dry run, is applied, and gives each row a result',
  async () => {
    await admin.goesTo('apim-user');
    const composer = admin.page.getByLabel('File for apim-user');
    await composer.setInputFiles({ name: 'developers.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) });
    const dryRun = await admin.sees(/Dry run of developers\.csv, 3 rows: nothing has changed yet/);
    const words = await dryRun.textContent();
    expect(words).toContain('2 new (1 to invite, 1 to add)');
    expect(words).toContain('line 4: no address – email: there is no @');
    await admin.presses('Apply', 'Apply');
    await admin.message(/Applied developers\.csv/).waitFor();
    const download = admin.page.waitForEvent('download');
    await admin.page.getByRole('link', { name: /developers result\.csv/ }).click();
    const result = await text(await (await download).createReadStream());
    expect(result).toContain('"ann@example.com","added"');
  },
);

/** As Excel saves it where the comma is decimal, with two columns of its owner. */
const SAVED = `\ufeffFirst Name;Last Name;E-mail;Phone;Joined;;\r
Zoë;Müller;zoe@example.com;030 123;24.12.2025;;\r
;;;;;;\r
Ann;Lee;ann@example.com;;;;\r
`;

story(
  'a table that a spreadsheet program saved is read, and the columns that do not count are named',
  async () => {
    const composer = admin.page.getByLabel('File for apim-user');
    await composer.setInputFiles({ name: 'fair.csv', mimeType: 'text/csv', buffer: Buffer.from(SAVED) });
    const dryRun = await admin.sees(/Dry run of fair\.csv, 2 rows/);
    const words = await dryRun.textContent();
    expect(words).toContain('Ignored columns: “Phone”, “Joined”.');
    expect(words).toContain('1 new (1 to invite, 0 to add)');
    expect(words).toContain('line 4: ann@example.com – already has an account; left as it is');
    await admin.presses('Apply', 'Apply');
    await admin.message(/Applied fair\.csv/).waitFor();
    await admin.types('/apim-user invites');
    await admin.sees(/zoe@example\.com · open/);
  },
);
