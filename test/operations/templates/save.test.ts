import { beforeEach, describe, expect, it } from 'vitest';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { claimMail } from '../../../src/operations/mails/claim.ts';
import { restoreDefaultTemplate } from '../../../src/operations/templates/restore-default.ts';
import { saveTemplate } from '../../../src/operations/templates/save.ts';
import { showTemplate } from '../../../src/operations/templates/show.ts';
import { anAccount } from '../../support/accounts.ts';
import { ADMIN, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const template = 'AccountBlocked';

const t = forAllTests(createTestContext);
beforeEach(() => restoreDefaultTemplate(admin(), { template }));

const admin = () => t.as(ADMIN);
const shown = (name = template) => showTemplate(admin(), { template: name });
const save = (wanted: Partial<Parameters<typeof saveTemplate>[1]>) =>
  saveTemplate(admin(), { template, ...wanted });

/** The mail about a block, as the developer gets it. */
async function mailOfBlock() {
  const { accountId, email } = await anAccount(t);
  await blockAccount(admin(), { accountId });
  const mailId = (await t.mailsTo(email)).at(-1)?.id ?? '';
  return (await claimMail(t.as(SYSTEM), { mailId }))?.message;
}

describe('saving the text of a mail', () => {
  it('changes the mails that are rendered from then on, until the default is restored', async () => {
    const former = await mailOfBlock();
    const words = { subject: 'A pause, $DevFirstName', body: 'We paused **your account**.' };
    expect(await save(words)).toMatchObject({ template, wasDefault: true });
    const changed = { ...words, syntax: 'markdown', isDefault: false, changedBy: ADMIN.name };
    expect(await shown()).toMatchObject(changed);
    const mail = await mailOfBlock();
    expect(mail?.subject).toBe('A pause, Ann');
    expect(mail?.html).toContain('your account</strong>');
    await restoreDefaultTemplate(admin(), { template });
    expect((await mailOfBlock())?.subject).toBe(former?.subject);
  });

  it('keeps the field that is left out, and the syntax of the body with the body', async () => {
    const { subject } = await shown();
    const xhtml = { body: '<p>We paused it.</p>', syntax: 'xhtml' } as const;
    await save(xhtml);
    expect(await shown()).toMatchObject({ subject, ...xhtml });
    expect(await save({ subject: 'A pause' })).toMatchObject({ wasDefault: false });
    expect(await shown()).toMatchObject({ subject: 'A pause', ...xhtml });
  });

  it('is refused, and changes nothing, when another operator saved the text since, and names them', async () => {
    const { version } = await shown();
    await save({ subject: 'First', expectedVersion: version });
    await expect(save({ subject: 'Second', expectedVersion: version })).rejects.toMatchObject({
      code: 'template_changed',
      detail: { current: { by: ADMIN.name } },
    });
    expect((await shown()).subject).toBe('First');
  });

  it('is refused, and changes nothing, for a text that could not be mailed, and names the fields', async () => {
    const before = await shown();
    await expect(save({ subject: ' ', body: 'Dear $NoSuchVariable' })).rejects.toMatchObject({
      code: 'template_invalid',
      detail: { fields: { subject: expect.any(String), body: expect.any(String) } },
    });
    for (const body of ['x'.repeat(3_001), '[words](https://elsewhere.example.org/)'])
      expect(await refusalOf(save({ body }))).toBe('template_invalid');
    expect(await shown()).toEqual(before);
    // Without its link, an invitation would be of no use.
    const invitation = { template: 'InviteUserNotificationMessage', body: 'Welcome.' };
    expect(await refusalOf(save(invitation))).toBe('template_invalid');
    expect(await refusalOf(save({ template: 'NoSuchMail' }))).toBe('template_not_found');
  });
});
