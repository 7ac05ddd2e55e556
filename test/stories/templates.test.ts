import { beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const SECOND_ADMIN = 'U0SARASECO';
const app = forAllTests(() => startTestApp({ SLACK_ADMINS: `U0ADAADMIN,${SECOND_ADMIN}` }));
beforeAll(async () => {
  app.addPerson('sara', { id: SECOND_ADMIN, realName: 'Sara Second' });
});

const mailTo = (address: string, subject: RegExp) =>
  eventually(`a mail to ${address}`, () =>
    app.inbox.mails().find((mail) => mail.to.includes(address) && subject.test(mail.subject)),
  );

async function openInvitation() {
  const admin = app.as('admin');
  await admin.types('/apim-user templates');
  await admin.clicks('Edit Invitation');
  return admin.modal("A mail's text");
}

describe("a mail's text", () => {
  it('is listed, opened with its default words and previewed as it is written', async () => {
    const modal = await openInvitation();
    expect(modal.text()).toContain('This is the default text.');
    expect(modal.buttons()).not.toContain('Restore default');
    await modal.fill({
      Subject: 'Come in, $DevFirstName',
      Text: 'Hello <!channel>\n\n[Accept it]($ConfirmUrl)',
    });
    await modal.clicks('Preview');
    const preview = await modal.sees(/Hello <!channel>/);
    expect(preview).not.toContain('$DevFirstName');
    expect(preview).toContain('The link works once');
    await modal.cancel();
    expect(await modal.value('Subject')).toBe('Come in, $DevFirstName');
    await modal.closeAll();
  });

  it('says nothing of a one-time link when it carries none', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user templates');
    await admin.clicks('Edit Account blocked');
    const modal = await admin.modal();
    await modal.clicks('Preview');
    expect(await modal.sees(/plain text/)).not.toContain('The link works once');
    await modal.closeAll();
  });

  it('is refused with the reason, and what was written is still there', async () => {
    const modal = await openInvitation();
    await modal.fill({ Text: 'No link, but a $DevPassword' });
    await modal.clicks('Preview');
    await modal.sees(/can't be used/);
    await modal.cancel();
    await modal.submit();
    expect(modal.errors().Text).toMatch(/DevPassword/);
    expect(await modal.value('Text')).toBe('No link, but a $DevPassword');
    await modal.fill({ Subject: '   ' });
    await modal.submit();
    expect(modal.errors()).toEqual({ Subject: 'Enter a subject.' });
    await modal.closeAll();
  });

  it('goes as a test to the admin who asks, and is not saved by that', async () => {
    const modal = await openInvitation();
    await modal.fill({ Subject: 'Only a test' });
    await modal.clicks('Send me a test');
    const said = await modal.sees(/A test is on its way to/);
    const address = /to (\S+@\S+?),/.exec(said)?.[1] ?? '';
    await mailTo(address, /Only a test/);
    await modal.closeAll();
    expect(await (await openInvitation()).value('Subject')).toContain('You’re invited');
    await modal.closeAll();
  });

  it('is saved, sent from then on, and restored after a question', async () => {
    const admin = app.as('admin');
    const modal = await openInvitation();
    await modal.fill({ Subject: 'Our own words', Text: 'Come: [accept]($ConfirmUrl)' });
    await modal.submit();
    await modal.sees(/Saved /);
    await modal.cancel();
    await admin.types('/apim-user invite ann@example.com');
    await mailTo('ann@example.com', /Our own words/);

    const again = await openInvitation();
    expect(again.text()).toContain('Changed by');
    await again.clicks('Restore default');
    await again.sees(/has its default text again/);
    await again.cancel();
    expect(await (await openInvitation()).value('Subject')).toContain('You’re invited');
    await again.closeAll();
  });

  it('is not overwritten when another admin saved it meanwhile', async () => {
    const admin = app.as('admin');
    const second = app.as(SECOND_ADMIN);
    second.goesToDm();
    const open = async (person: typeof admin) => {
      await person.types('/apim-user templates');
      await person.clicks('Edit Invitation');
      return person.modal("A mail's text");
    };
    const mine = await open(admin);
    const theirs = await open(second);
    await theirs.fill({ Subject: 'Theirs' });
    await theirs.submit();
    await theirs.sees(/Saved /);
    await mine.fill({ Subject: 'Mine' });
    await mine.submit();
    await mine.sees(/saved this mail since/);
    expect(await mine.value('Subject')).toBe('Mine');
    await mine.closeAll();
  });

  it('is for admins only', async () => {
    for (const role of ['approver', 'nobody'] as const) {
      await app.as(role).types('/apim-user templates');
      await app.as(role).sees(/You don't have permission to do this/);
    }
    expect(app.refusals()).toEqual([]);
  });
});
