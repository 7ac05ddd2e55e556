import { describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { confirmRevoke } from '../support/confirm-revoke.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1' }));

const SAMPLES = 200;
/** Each order equally often, so that the order makes no difference. */
const ORDERS = [
  ['known', 'unknown', 'blocked'],
  ['known', 'blocked', 'unknown'],
  ['unknown', 'known', 'blocked'],
  ['unknown', 'blocked', 'known'],
  ['blocked', 'known', 'unknown'],
  ['blocked', 'unknown', 'known'],
] as const;

let count = 0;
const from = (address: string) => ({ 'x-forwarded-for': address });
const newClient = () => from(`198.51.${Math.floor(++count / 250)}.${count % 250}`);
const forgot = (email: string, headers: Record<string, string> = newClient()) =>
  app.post('/password/forgot', { email }, headers);

async function added(address: string): Promise<string> {
  await app.as('admin').types(`/apim-user add ${address} Ann Lee`);
  await eventually(
    'the account',
    async () => (await app.sql`select 1 from accounts where email = ${address}`).length > 0,
  );
  return address;
}
const resetMails = (address: string) =>
  app.inbox
    .mails()
    .filter(
      (mail) => mail.to.includes(address) && /password/i.test(mail.subject) && !/Welcome/.test(mail.subject),
    );
/** Waits until every job is done. */
const allDone = () =>
  eventually(
    'all jobs to be done',
    async () => {
      const [row] =
        await app.sql`select count(*)::int as left from graphile_worker._private_jobs where run_at <= now() and attempts < max_attempts`;
      return row?.left === 0;
    },
    20_000,
  );
const shownTo = async (answer: Response) => {
  const headers = Object.fromEntries(answer.headers);
  delete headers.date;
  delete headers['x-request-id'];
  return JSON.stringify([answer.status, headers, await answer.text()]);
};

describe('requesting a reset link', () => {
  test('T13: gets the same answer in the same time for a known, an unknown and a blocked email', {
    timeout: 300_000,
  }, async () => {
    const people = {
      known: await added('known@example.com'),
      unknown: 'unknown@example.com',
      blocked: await added('blocked@example.com'),
    };
    await app.as('admin').types(`/apim-user block ${people.blocked} a leaked key`);
    await app.as('admin').sees(/Blocked/);
    const shown = new Set<string>();
    const sample = async () => {
      const times: Record<string, number[]> = { known: [], unknown: [], blocked: [] };
      for (let round = 0; round < SAMPLES; round++) {
        await app.sql`truncate rate_limits`;
        for (const kind of ORDERS[round % ORDERS.length] ?? []) {
          const startedAt = performance.now();
          shown.add(await shownTo(await forgot(people[kind])));
          times[kind]?.push(performance.now() - startedAt);
        }
      }
      const medians = Object.values(times).map((all) => all.sort((x, y) => x - y)[SAMPLES / 2] ?? 0);
      const [least, most] = [Math.min(...medians), Math.max(...medians)];
      // Wider than the 10 % or 5 ms that we promise, because the machine does other work too.
      return most - least < Math.max(25, most * 0.5);
    };
    // A real difference shows each time; a busy machine does not.
    const isAlike = (await sample()) || (await sample()) || (await sample());
    expect(isAlike).toBe(true);
    expect([...shown]).toHaveLength(1);
    await allDone();
    expect(resetMails(people.known).length).toBeGreaterThan(0);
    expect(resetMails(people.blocked)).toEqual([]);
    expect(resetMails(people.unknown)).toEqual([]);
  });

  test('T34: gets the same answer and sends no mail the sixth time within an hour for one email, from six clients', async () => {
    const address = await added('often@example.com');
    const shown = new Set<string>();
    // One after the other, because a newer link cancels the mail of an earlier one that has not left yet.
    for (let at = 0; at < 6; at++) {
      shown.add(await shownTo(await forgot(at % 2 ? address : address.toUpperCase())));
      await eventually('the mail', () => resetMails(address).length === Math.min(at + 1, 5));
    }
    await allDone();
    expect(resetMails(address)).toHaveLength(5);
    expect([...shown]).toHaveLength(1);
  });

  test('T34: is limited for an IPv6 /64 as one client, which learns when to try again', async () => {
    const statuses = [];
    for (let at = 0; at < 25; at++) {
      const answer = await forgot(`v6-${at}@example.com`, from(`2001:db8:7:7::${at.toString(16)}`));
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3_000);
    }
    expect(statuses).toEqual([...Array(20).fill(200), ...Array(5).fill(429)]);
    expect((await forgot('v6-next@example.com', from('2001:db8:7:8::1'))).status).toBe(200);
  });

  test.each([
    ['a list', 'email[]=list%40example.com'],
    ['an object', 'email[address]=list%40example.com'],
    ['two fields', 'email=list%40example.com&email=other%40example.com'],
    ['two with a comma', 'email=list%40example.com%2Cother%40example.com'],
    ['a header injection', 'email=list%40example.com%0D%0ABcc%3A%20other%40example.com'],
    ['a text with a NUL', 'email=list%40example.com%00'],
    ['nothing', ''],
  ])('T12: is refused with %s as the email, and no mail is sent', async (_what, body) => {
    await added('list@example.com').catch(() => {});
    const [before] =
      await app.sql`select count(*)::int as n from audit where operation = 'passwords/request-reset' and outcome = 'done'`;
    const answer = await fetch(`${app.url}/password/forgot`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        ...newClient(),
      },
      body,
    });
    expect([400, 422]).toContain(answer.status);
    const [after] =
      await app.sql`select count(*)::int as n from audit where operation = 'passwords/request-reset' and outcome = 'done'`;
    expect(after).toEqual(before);
    await allDone();
    expect(resetMails('list@example.com')).toEqual([]);
    expect(app.inbox.mails().filter((mail) => JSON.stringify(mail).includes('other@example.com'))).toEqual(
      [],
    );
  });

  test('sends a pending account a new confirmation link, and the earlier one no longer works', async () => {
    const address = 'waits@example.com';
    const admin = app.as('admin');
    await admin.types('/apim-user add');
    const modal = await admin.modal('Add an account');
    const fields = { Email: address, 'First name': 'Ann', 'Last name': 'Lee' };
    await modal.fill({ ...fields, 'Email confirmation': ['Send a link to confirm it first'] });
    await modal.submit();
    await modal.sees(/Added/);
    await modal.closeAll();
    const tickets = () =>
      app.inbox
        .mails()
        .filter((mail) => mail.to.includes(address) && /confirm/i.test(mail.subject))
        .map((mail) => /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '');
    await eventually('the first link', () => tickets().length === 1);
    const [known, unknown] = [await forgot(address), await forgot('nobody@example.com')];
    expect(await shownTo(known)).toBe(await shownTo(unknown));
    await eventually('the second link', () => tickets().length === 2);
    const answers = [];
    for (const ticket of new Set(tickets()))
      answers.push((await app.post('/email/confirm', { ticket }, newClient())).status);
    expect(answers.sort()).toEqual([200, 410]);
    expect(await app.sql`select state from accounts where email = ${address}`).toMatchObject([
      { state: 'active' },
    ]);
  });

  test('with a malformed email is refused beside the field, which keeps it', async () => {
    const answer = await forgot('ann@localhost"><b>');
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toContain('value="ann@localhost&quot;&gt;&lt;b&gt;"');
    expect(html).toMatch(/id="email-fault">Email: there is no full domain after the @/);
  });
});

describe('the limits on requests', () => {
  const ticket = (at: number) => Buffer.alloc(32, at).toString('base64url');

  test('T35, T88: refuse wrong tickets of a client after twenty in a minute, never a right one', async () => {
    await app.as('admin').types('/apim-user invite right@example.com');
    const mail = await eventually('the invitation', () =>
      app.inbox.mails().find((one) => one.to.includes('right@example.com')),
    );
    const right = /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '';
    const guesser = from('203.0.113.99');
    const statuses = [];
    for (let at = 0; at < 22; at++) {
      const wrong =
        at % 2
          ? await fetch(`${app.url}/password/reset?ticket=${ticket(at)}`, { headers: guesser })
          : await app.post(
              '/invitations/accept',
              { ticket: ticket(at), firstName: 'A', lastName: 'B', password: 'x' },
              guesser,
            );
      statuses.push(wrong.status);
    }
    expect(statuses).toEqual([...Array(20).fill(410), 429, 429]);
    const form = { ticket: right, firstName: 'Ann', lastName: 'Lee', password: 'three quiet garden chairs' };
    const refusals = 'select count(*)::int as rows from audit where code = $1';
    const [before] = await app.sql.unsafe(refusals, ['ticket_refused']);
    const wrong = { ...form, ticket: ticket(1) };
    const refused = await app.post('/invitations/accept', wrong, guesser);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // A right ticket is right on its own page alone.
    expect((await app.post('/password/reset', form, guesser)).status).toBe(429);
    expect(await app.sql.unsafe(refusals, ['ticket_refused'])).toEqual([before]);
    const page = await fetch(`${app.url}/invitations/accept?ticket=${right}`, { headers: guesser });
    expect(page.status).toBe(200);
    expect((await app.post('/invitations/accept', form, guesser)).status).toBe(303);
    // Who holds a link that was mailed guesses nothing, also once it is used.
    expect((await app.post('/invitations/accept', form, guesser)).status).toBe(410);
    expect((await app.post('/invitations/accept', wrong, from('203.0.113.98'))).status).toBe(410);
  });

  test('do not count the posts of another site in a visitor’s browser', async () => {
    const visitor = from('203.0.113.50');
    for (let at = 0; at < 30; at++) {
      await app.post(
        '/password/reset',
        { ticket: ticket(at), password: 'x' },
        { ...visitor, 'sec-fetch-site': 'cross-site' },
      );
    }
    expect((await fetch(`${app.url}/password/reset?ticket=x`, { headers: visitor })).status).toBe(410);
  });

  test('T36: refuse every request while the counts can’t be read; the process is alive and not ready', async () => {
    const address = await added('closed@example.com');
    await app.sql`alter table rate_limits rename to rate_limits_away`;
    try {
      const answer = await forgot(address);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('Try again');
      expect(
        (await app.post('/password/reset', { ticket: ticket(1), password: 'x' }, newClient())).status,
      ).toBe(503);
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
      expect((await fetch(`${app.url}/readyz`)).status).toBe(503);
    } finally {
      await app.sql`alter table rate_limits_away rename to rate_limits`;
    }
    await allDone();
    expect(resetMails(address)).toEqual([]);
    expect((await forgot(address)).status).toBe(200);
  });

  test('T38: refuse a form of more than 16 KB with 413, and the process goes on', async () => {
    const answer = await app.post('/password/forgot', { email: 'x'.repeat(17_000) }, newClient());
    expect(answer.status).toBe(413);
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  });
});

/** Both public forms that ask for a link. */
const FORMS = ['/password/forgot', '/invitations/request-again'];
const mailsTo = (address: string) => app.inbox.mails().filter((mail) => mail.to.includes(address));
const ticketIn = (mail: { text: string } | undefined) =>
  /ticket=([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
async function invited(address: string): Promise<string> {
  await app.as('admin').types(`/apim-user invite ${address}`);
  return ticketIn(await eventually('the invitation', () => mailsTo(address)[0]));
}
const accepts = (ticket: string) =>
  app.post(
    '/invitations/accept',
    { ticket, firstName: 'Ann', lastName: 'Lee', password: 'three quiet garden chairs' },
    newClient(),
  );

describe.each(FORMS)('asking for a link at %s', (form) => {
  const name = form.split('/').at(-1);
  const ask = (email: string) => app.post(form, { email }, newClient());

  test('T13: gets one answer, with an open, a used, an ended or no invitation', async () => {
    const [open, used, ended] = ['open', 'used', 'ended'].map((kind) => `${kind}-${name}@example.com`) as [
      string,
      string,
      string,
    ];
    const first = await invited(open);
    expect((await accepts(await invited(used))).status).toBe(303);
    await invited(ended);
    await app.sql`update invitations set expires_at = now() - interval '1 day' where email = ${ended}`;
    const shown = new Set<string>();
    for (const email of [open, used, ended, `stranger-${name}@example.com`])
      shown.add(await shownTo(await ask(email)));
    expect([...shown]).toHaveLength(1);

    const again = await eventually('the invitation again', () => mailsTo(open)[1]);
    expect(again.subject).toMatch(/invited/);
    expect((await accepts(first)).status).toBe(410);
    expect((await accepts(ticketIn(again))).status).toBe(303);
    const told = await eventually('a mail about the account', () =>
      mailsTo(used).find((mail) => /already|Choose a new password/.test(mail.subject)),
    );
    expect(told.text).toMatch(form.startsWith('/password') ? /ticket=/ : /Sign in/);
    await app.as('admin').sees(new RegExp(`${ended.replace('.', '\\.')} asks for a new invitation`));
    await allDone();
    expect(mailsTo(ended)).toHaveLength(1);
    expect(mailsTo(`stranger-${name}@example.com`)).toEqual([]);
  });

  test('T13: gets the same answer while blocked or waiting for approval, and a mail that says how it stands', async () => {
    const [blocked, waiting] = [`shut-${name}@example.com`, `queued-${name}@example.com`];
    for (const address of [blocked, waiting]) await added(address);
    await app.sql`update accounts set state = 'blocked', state_reason = 'sent spam' where email = ${blocked}`;
    await app.sql`update accounts set state = 'pending', email_confirmed_at = now() where email = ${waiting}`;
    const shown = new Set<string>();
    for (const email of [blocked, waiting, `outsider-${name}@example.com`])
      shown.add(await shownTo(await ask(email)));
    expect([...shown]).toHaveLength(1);
    const told = (address: string) =>
      eventually('the mail', () => mailsTo(address).find(({ subject }) => !/Welcome/.test(subject)));
    expect((await told(blocked)).subject).toMatch(/No link sent: your .* account is blocked/);
    expect((await told(blocked)).text).toContain('write to support@example.com');
    expect((await told(blocked)).text).not.toMatch(/spam|ticket=/);
    expect((await told(waiting)).subject).toMatch(/waiting for approval/);
    expect((await told(waiting)).text).toMatch(/nothing left for you to do/);
    expect((await told(waiting)).text).not.toMatch(/ticket=/);
    await allDone();
    expect(mailsTo(`outsider-${name}@example.com`)).toEqual([]);
  });

  test('T34: mails an open invitation no more often than any other link', async () => {
    const address = `eager-${name}@example.com`;
    await invited(address);
    const most = form.startsWith('/password') ? 5 : 3;
    for (let at = 1; at <= most + 1; at++) {
      expect((await ask(address)).status).toBe(200);
      await eventually('its mail', () => mailsTo(address).length === 1 + Math.min(at, most));
    }
    await allDone();
    expect(mailsTo(address)).toHaveLength(1 + most);
  });
});

test('a revoked person who asks again is named to the inviter, with a button that invites', async () => {
  const address = 'revoked@example.com';
  await invited(address);
  const admin = app.as('admin');
  await admin.types('/apim-user invites');
  await admin.chooses('Revoke', address);
  await confirmRevoke(admin);
  await app.post('/invitations/request-again', { email: address }, newClient());
  const told = await admin.message(/revoked@example\.com asks for a new invitation/);
  await told.clicks('Invite');
  await (await admin.modal('Invite developers')).closeAll();
});

test('a program’s invited account gets its invitation again, and the first link dies', async () => {
  const address = 'by-program@example.com';
  await app.as('admin').types('/apim-user add by-program@example.com Ann Lee');
  await eventually('the welcome', () => mailsTo(address)[0]);
  await app.sql`update accounts set state = 'pending', email_confirmed_at = null where email = ${address}`;
  await app.sql`update tickets set purpose = 'invitation' where email = ${address}`;
  const first = ticketIn(mailsTo(address)[0]);
  await forgot(address);
  const again = await eventually('the invitation', () => mailsTo(address)[1]);
  expect(again.subject).toMatch(/invited/);
  expect((await accepts(first)).status).toBe(410);
  expect((await accepts(ticketIn(again))).status).toBe(303);
});
