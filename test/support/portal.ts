// Developers at the portal of a test's app: with accounts, mailboxes and browsers.
import { expect } from 'vitest';
import type { TestApp } from './app.ts';
import { eventually } from './eventually.ts';
import { createVisitor, type Visitor } from './visitor.ts';

type Mail = ReturnType<TestApp['inbox']['mails']>[number];

const PUBLISHED = 'Developers see it, and its keys work';
export const PASSWORD = 'three quiet garden chairs';

/** The app must trust the local proxy: `TRUSTED_PROXIES: '127.0.0.1'`. */
export function createPortalDriver(app: TestApp) {
  let count = 0;
  const newAddress = () => {
    count += 1;
    return `person${count}@example.com`;
  };
  const visitor = (address?: string) => createVisitor(app, address);
  const signIn = (who: Visitor, email: string, password = PASSWORD) =>
    who.post('/portal/sign-in', { email, password });
  const mailTo = (address: string, subject: RegExp, fits: (mail: Mail) => boolean = () => true) =>
    eventually(`a mail ${subject} to ${address}`, () =>
      app.inbox
        .mails()
        .findLast((mail) => mail.to.includes(address) && subject.test(mail.subject) && fits(mail)),
    );
  const ticketTo = async (address: string, subject: RegExp, fits?: (mail: Mail) => boolean) =>
    /ticket=([\w-]{43})/.exec((await mailTo(address, subject, fits)).text)?.[1] ?? '';

  return {
    newAddress,
    visitor,
    signIn,
    mailTo,
    ticketTo,
    /** An account whose developer chose the password. */
    async developer(address = newAddress(), password = PASSWORD): Promise<string> {
      await app.as('admin').types(`/apim-user add ${address} Ann Lee`);
      const ticket = await ticketTo(address, /Welcome/);
      expect((await visitor().post('/password/reset', { ticket, password })).status).toBe(200);
      return address;
    },
    /** Publishes an API and a product with it, as an admin in Slack. */
    async publishes(name: string, more: Record<string, string | string[]> = {}): Promise<void> {
      const admin = app.as('admin');
      const path = name.toLowerCase().replace(/\W+/g, '-');
      for (const [command, shown, fields] of [
        ['apis', /longest matching path/, { Name: `${name} API`, Path: path }],
        [
          'products',
          /no products yet|\*Products\* · /,
          { Name: name, APIs: [`${name} API`], Published: [PUBLISHED], ...more },
        ],
      ] as const) {
        await admin.types(`/apim-user ${command}`);
        await admin.sees(shown);
        await admin.clicks('Create');
        const modal = await admin.modal(/^Create an? /);
        await modal.fill(fields as Record<string, string | string[]>);
        await modal.submit();
        await modal.sees(/Created/);
        await modal.closeAll();
      }
    },
    async signedIn(email: string, password = PASSWORD): Promise<Visitor> {
      const who = visitor();
      const answer = await signIn(who, email, password);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal']);
      return who;
    },
    isSignedIn: async (who: Visitor) => /You are signed in as/.test(await who.reads('/portal')),
  };
}
