// An access review as its people see it: the form, the list with its answers, and the report that is opened from a disk.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { reportReview } from '../../src/operations/reviews/report.ts';
import { faultsOnPage } from '../support/axe.ts';
import { besideApp } from '../support/beside-app.ts';
import { startBrowserApp, story } from '../support/browser-app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';

const HOSTILE = '<img src=x onerror="document.title=1"></td><script>document.title=2</script>';

const app = forAllTests(() => startBrowserApp({ SECRET_KEY: TEST_SECRET_KEY }));
const beside = forAllTests(() => besideApp(app));
const folder = forAllTests(() => temporaryFolder('report'));
beforeAll(async () => {
  const console = beside.console();
  const { groupId } = await createGroup(console, { name: 'Pilots & <b>co</b>' });
  for (const [at, firstName] of ['Ann', 'Bea', HOSTILE].entries())
    await addAccount(console, {
      email: `dev${at}@example.com`,
      firstName,
      lastName: 'Lee',
      groupIds: [groupId],
    });
});

story('an admin asks a colleague, who keeps and blocks in one window', async () => {
  const admin = await app.as('admin');
  await admin.types('/apim-user review start');
  await admin.picks('Start an access review', 'Who is reviewed', 'Pilots', /Pilots/);
  await admin.picks('Start an access review', 'Who answers', 'Ada', /Ada/);
  await admin.submits('Start an access review', 'Continue');
  await admin.seesInModal(/keep or block each of 3 accounts in the group/);
  await admin.submits('Start an access review', 'Start');
  await admin.seesInModal(/Started/);
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).first().click();
  await admin.goesTo(/apim-user/);
  await admin.presses(/Review accounts/);
  const list = await admin.seesInModal(/1–3 of 3/);
  await list.getByRole('button', { name: /^Keep Ann/ }).click();
  await admin.seesInModal(/Kept/);
  await list.getByRole('button', { name: /^Block Bea/ }).click();
  await admin.seesInModal(/can't sign in or call APIs/);
  await admin.submits('Block an account', 'Block');
  await admin.seesInModal(/Blocked/);
});

for (const width of [1280, 360])
  story(`the report is text alone, whatever the names, at ${width} px and on paper`, async () => {
    const [review] = await beside.sql`select id from reviews`;
    const { text } = await reportReview(beside.console(), { reviewId: String(review?.id) });
    const file = join(folder.path, 'report.html');
    await writeFile(file, text);
    const page = await app.open('/health', { viewport: { width, height: 900 } });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    await page.getByText(HOSTILE).waitFor();
    expect(await page.title()).toBe('Access review: Group Pilots & <b>co</b>');
    expect(await page.locator('img, script, b').count()).toBe(0);
    expect(asked).toEqual([pathToFileURL(file).href]);
    expect(
      await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'),
    ).toBe(true);
    expect(await faultsOnPage(page)).toEqual([]);
    expect((await page.pdf({ preferCSSPageSize: true })).byteLength).toBeGreaterThan(10_000);
  });
