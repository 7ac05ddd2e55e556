import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(() => startTestApp({}, { clock: () => new Date(now) }));
let now = Date.now();

it('an operator can undo a block from its answer, in place and once', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user add ann@example.com Ann Lee');
  await admin.sees(/Added/);
  await admin.types('/apim-user block ann@example.com the wrong Ann');
  await admin.sees(/Blocked: Ann Lee/);
  await admin.clicks('Undo for Ann Lee');
  await admin.sees(/Undone: Ann Lee is as before/);
  await admin.types('/apim-user show ann@example.com');
  await admin.sees(/State:\W* active/);
});

it('an operator can undo a block from the answer in a modal, and after ten minutes is told that it is too late', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user add bea@example.com Bea Lee');
  await admin.sees(/Added/);
  await admin.types('/apim-user edit bea@example.com');
  const modal = await admin.modal('Edit an account');
  await modal.fill({ 'First name': 'Beatrice' });
  await modal.submit();
  await modal.sees(/Saved/);
  await modal.clicks('Undo for Beatrice Lee');
  await modal.sees(/Undone: Bea Lee/);
  await modal.closeAll();

  await admin.types('/apim-user edit bea@example.com');
  const again = await admin.modal('Edit an account');
  await again.fill({ 'First name': 'Beate' });
  await again.submit();
  await again.sees(/Saved/);
  now += 10 * 60_000;
  await again.clicks('Undo for Beate Lee');
  await again.sees(/Undo works for ten minutes/);
  await again.closeAll();
  await admin.types('/apim-user show bea@example.com');
  await admin.sees(/Beate Lee/);
});

it('says which mail the developer gets about an undo, and a second press of it is quiet', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user add cy@example.com Cy Lee');
  await admin.sees(/Added/);
  await admin.types('/apim-user block cy@example.com the wrong Cy');
  await admin.sees(/Blocked: Cy Lee/);
  await eventually('the mail about the block', () =>
    app.inbox.mails().some((mail) => mail.to.includes('cy@example.com') && /blocked/i.test(mail.subject)),
  );
  const [undoButton, ...others] = [
    await admin.clicks('Undo for Cy Lee'),
    ...(await Promise.all(
      [1, 2].map(() => app.send(app.altered((fields) => secondPress(fields), 'block_actions'))),
    )),
  ];
  await admin.sees(/Undone: Cy Lee is as before. A mail told the developer.*another one says.*active again/);
  expect([undoButton, ...others].map(({ status }) => status)).toEqual([200, 200, 200]);
  const said = admin.messages().map((one) => one.text());
  expect(said.filter((text) => /Undone: Cy Lee/.test(text))).toHaveLength(1);
  expect(said.filter((text) => /has changed since|ten minutes/.test(text))).toEqual([]);
  await admin.types('/apim-user history refused');
  expect(await admin.sees(/Refused changes/)).not.toContain('Cy Lee');
});

/** The same button, pressed again. */
function secondPress(fields: Record<string, string>): Record<string, string> {
  const payload = JSON.parse(fields.payload ?? '{}') as Record<string, unknown>;
  return { ...fields, payload: JSON.stringify({ ...payload, trigger_id: crypto.randomUUID() }) };
}
