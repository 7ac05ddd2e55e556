import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1', DEFAULT_LANGUAGE: 'nl' }));
const portal = createPortalDriver(app);

/** Accepts the invitation that is mailed in Dutch, and from then on reads mails in `language`. */
async function developerOf(email: string, language: string | null): Promise<void> {
  await app.as('admin').types(`/apim-user invite Anna Lee <${email}>`);
  const ticket = await portal.ticketTo(email, /Uw uitnodiging/);
  const fields = { ticket, firstName: 'Anna', lastName: 'Lee', password: PASSWORD };
  expect((await portal.visitor().post('/invitations/accept', fields)).status).toBeLessThan(400);
  await app.sql`update accounts set language = ${language} where email = ${email}`;
}

const forgets = (email: string) => portal.visitor().post('/password/forgot', { email });

test('T103: a developer gets mails in the account’s language, in both parts, and an invitation is in the default one', async () => {
  await developerOf('anna@example.com', 'de');
  const invitation = await portal.mailTo('anna@example.com', /Uw uitnodiging/);
  expect(invitation.html).toContain('lang="nl"');
  expect(invitation.text).toMatch(/Hallo Anna,[\s\S]*De link werkt één keer, tot \w+dag \d/);
  await forgets('anna@example.com');
  const mail = await portal.mailTo('anna@example.com', /Wählen Sie ein neues Passwort/);
  expect(mail.html).toContain('lang="de"');
  for (const part of [mail.html.replace(/<[^>]*>/g, ''), mail.text]) {
    expect(part).toContain('Guten Tag Anna,');
    expect(part).toMatch(/Der Link funktioniert einmal, bis \w+, \d+\. \w+ \d{4} um \d\d:\d\d UTC\./);
    expect(part).toContain('Sie erhalten diese E-Mail, weil');
    expect(part).not.toMatch(/Hallo|You |Links in our/);
  }
});

test('T103: a text that an operator wrote goes to all as it is written, with the rest in the default language', async () => {
  await developerOf('bea@example.com', 'de');
  const admin = app.as('admin');
  await admin.types('/apim-user templates');
  await admin.clicks('Edit Choose a new password');
  const modal = await admin.modal("A mail's text");
  expect(await modal.value('Subject')).toContain('Kies een nieuw wachtwoord');
  await modal.fill({
    Subject: 'Nieuw!',
    Text: 'Dag $DevFirstName\n\n[Kiezen]($ConfirmUrl)\n\nTot $LinkEnds.',
  });
  await modal.submit();
  await modal.closeAll();
  await forgets('bea@example.com');
  const mail = await portal.mailTo('bea@example.com', /^Nieuw!$/);
  expect(mail.html).toContain('lang="nl"');
  expect(mail.text).toMatch(/^Dag Anna\n[\s\S]*Tot \w+dag \d+ \w+ \d{4} om \d\d:\d\d UTC\./);
  expect(mail.text).toContain('U ontvangt deze e-mail omdat');
});

test('a developer whose language isn’t known, or is none of ours any more, gets mails in the default one and in English', async () => {
  await developerOf('cleo@example.com', null);
  await developerOf('dora@example.com', 'xx');
  const admin = app.as('admin');
  for (const email of ['cleo@example.com', 'dora@example.com']) {
    await admin.types(`/apim-user block ${email} spam`);
  }
  await portal.mailTo('cleo@example.com', /is geblokkeerd/);
  await portal.mailTo('dora@example.com', /Your .* is blocked/);
});
