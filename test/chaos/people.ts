// What operators and developers do all day: add, invite, accept, import, look. Each notes what it expects of the database.
import { setTimeout as delay } from 'node:timers/promises';
import { type Person, viewIn } from './person.ts';
import type { Random } from './random.ts';
import type { Request } from './slack-stand-in.ts';
import { LEAVERS, type World } from './world.ts';

const THINK_MS = [30, 250] as const;
const IMPORTED_ROWS = 15;
const MAIL_WAIT_MS = 20_000;
const RETRIES_MS = [200, 1_000, 3_000, 6_000];
const PASSWORD = 'three quiet garden chairs';

/** Emails that a request should make into accounts or invitations; none for a look. */
type Wanted = { request: Request; makes: 'account' | 'invitation' | 'look'; emails: string[] };
/** What people wanted, and what they were told. */
export type Wishes = {
  wanted: Wanted[];
  /** Emails whose form was answered by leading on into the portal. */
  accepted: string[];
  /** Apply was pressed, and answered with "Started.". */
  imported: string[][];
  /** Slack had a 200 for the event that says they left. */
  left: string[];
};

type Parts = { world: World; person: Person; random: Random; isOver: () => boolean; wishes: Wishes };

export async function work(parts: Parts): Promise<void> {
  const { person, random, isOver } = parts;
  for (let count = 1; !isOver(); count++) {
    const emails = (n: number) =>
      Array.from({ length: n }, (_, at) => `${person.id}-${count}-${at}@example.com`.toLowerCase());
    const what = random.between(1, 20);
    if (what <= 7) await add(parts, emails(1));
    else if (what <= 12) await invite(parts, emails(random.between(1, 4)));
    else if (what <= 14) await runImport(parts, emails(IMPORTED_ROWS));
    else await look(parts);
    await delay(random.between(...THINK_MS));
  }
}

async function add({ person, wishes }: Parts, emails: string[]): Promise<void> {
  const request = await person.command(`add ${emails[0]} Ann Lee`);
  wishes.wanted.push({ request, makes: 'account', emails });
  await person.answerTo(request);
}

async function look({ person, random, wishes }: Parts): Promise<void> {
  const request = await person.command(random.pick(['help', 'list', 'invites', 'operators', '']));
  wishes.wanted.push({ request, makes: 'look', emails: [] });
  await person.answerTo(request);
}

async function invite(parts: Parts, emails: string[]): Promise<void> {
  const { person, random, wishes } = parts;
  const request = await person.command(`invite ${emails.join(' ')}`);
  wishes.wanted.push({ request, makes: 'invitation', emails });
  if ((await person.answerTo(request)) && random.chance(0.4)) await accept(parts, emails[0] ?? '');
}

async function accept({ world, random, wishes }: Parts, email: string): Promise<void> {
  const until = performance.now() + MAIL_WAIT_MS;
  let ticket: string | undefined;
  while (!ticket && performance.now() < until) {
    ticket = world.mail
      .mailsTo(email)
      .map(({ text }) => /invitations\/accept[?#]ticket=([\w-]+)/.exec(text)?.[1])
      .find((found) => found !== undefined);
    if (!ticket) await delay(100);
  }
  if (!ticket) return;
  const sentAt = performance.now();
  try {
    const response = await fetch(`${random.pick(world.servers).url}/invitations/accept`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', 'x-forwarded-for': addressOf(random) },
      body: new URLSearchParams({ ticket, firstName: 'Ann', lastName: 'Lee', password: PASSWORD }),
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    });
    world.note(response.status, 'POST /invitations/accept', sentAt);
    if (response.status === 303) wishes.accepted.push(email);
  } catch {
    // No answer: it may be done or not.
  }
}

const addressOf = (random: Random) => `198.51.${random.between(0, 255)}.${random.between(1, 254)}`;

async function runImport({ person, wishes }: Parts, emails: string[]): Promise<void> {
  const opened = await person.command('import');
  const view = viewIn(await person.answerTo(opened, /"import"/));
  if (!view) return;
  const table = ['email,first,last,mode', ...emails.map((email) => `${email},Ann,Lee,add`)].join('\n');
  const submitted = await person.submit(view, { table });
  const button = await person.buttonAfter(submitted, 'import-apply');
  if (!button) return;
  const clicked = await person.click(button);
  if (await person.answerTo(clicked, /Started\./)) wishes.imported.push(emails);
}

/** From time to time an operator is deactivated. Slack delivers the event again until it has an answer. */
export async function deactivateOperators({
  world,
  random,
  isOver,
  wishes,
}: Omit<Parts, 'person'>): Promise<void> {
  for (const user of LEAVERS) {
    for (let waited = 0; waited < random.between(1_500, 3_500); waited += 100) {
      if (isOver()) return;
      await delay(100);
    }
    world.slack.deactivate(user);
    const event = { type: 'user_change', user: { id: user, team_id: 'T0CHAOS', deleted: true } };
    for (const wait of RETRIES_MS) {
      const { ackedAt } = await world.slack.event(user, event, `Ev${user}`);
      if (ackedAt !== null) {
        wishes.left.push(user);
        break;
      }
      await delay(wait);
    }
  }
}
