import postgres from 'postgres';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/slack/handlers.ts';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import type { ModalDriver } from '../support/slack-driver.ts';

const app = forAllTests(startTestApp);
beforeAll(async () => {
  await app.as('admin').types('/apim-user add ann@example.com Ann Lee');
  await app.as('admin').sees(/Added/);
});

describe('help', () => {
  it('names every subcommand by group on one screen, explains one, and suggests for a mistyped one', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user help');
    const all = await admin.sees(/What \/apim-user can do/);
    expect(all.match(/^\*(People|Access|Catalog|Decisions|Setup)\*$/gm)).toHaveLength(5);
    const [lines = '', setup = ''] = all.split('*Setup*');
    for (const { name, example } of COMMANDS)
      if (!setup.includes(`\`${name}\``))
        expect(lines).toContain(`• \`${example.replace('/apim-user ', '')}\``);
    expect(setup).toMatch(/`operators`, `rules`, `templates`, `tokens`/);
    expect(all.split('\n').length).toBeLessThan(40);
    await admin.types('/apim-user help block');
    // As Slack wants it written: unescaped, `<account>` would be markup.
    const one = await admin.sees(/Usage:\* `\/apim-user block &lt;account&gt;/);
    expect(one).toMatch(/Example:.*For:.*admins and approvers/s);
    await admin.types('/apim-user help dance');
    await admin.sees(/There is no subcommand `dance`/);
    await admin.types('/apim-user help blokc');
    await admin.sees(/There is no subcommand `blokc`. Did you mean/);
    await admin.clicks('block');
    await admin.sees(/Usage:\* `\/apim-user block/);
  });

  it('lists for a role what it may do, and names the rest', async () => {
    const approver = app.as('approver');
    await approver.types('/apim-user help');
    const all = await approver.sees(/You are an approver here/);
    expect(all).toContain('• `block ');
    expect(all).toContain('*Setup*\n`azure`\n');
    expect(all).toMatch(/Admins can also use .*`templates`/);
  });

  it('tells a person without a role which admin to ask', async () => {
    const nobody = app.as('nobody');
    await nobody.types('/apim-user help');
    expect(await nobody.sees(/You have no role here yet/)).toContain(`<@${app.ids.admin}>`);
    await nobody.types('/apim-user');
    expect(await nobody.sees(/You have no role here yet/)).toContain(`<@${app.ids.admin}>`);
  });
});

describe('another word for a subcommand', () => {
  it('does what it means, and says so in help', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user disable ann@example.com to see');
    await admin.sees(/Blocked: Ann Lee/);
    await admin.types('/apim-user unblock ann@example.com');
    await admin.sees(/Activated: Ann Lee/);
    await admin.types('/apim-user help unblock');
    await admin.sees(/\/apim-user activate.*Also:\W+unblock\W+unlock\W+enable/s);
  });

  it('asks when it can mean more than one, and goes on with the words that followed', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user resend ann@example.com');
    const asked = await admin.message(/`resend` can mean more than one subcommand/);
    expect(asked.buttons()).toEqual(['invites', 'reset-password']);
    await asked.clicks('reset-password');
    const modal = await admin.modal('Reset a password');
    await modal.sees(/Mail .*Ann Lee.* a one-time link/);
    await modal.closeAll();
  });
});

describe('a mistyped subcommand', () => {
  it('gets the nearest subcommand as a button, which goes on with the words that followed', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user eidt ann@example.com');
    await admin.sees(/There is no subcommand `eidt`. Did you mean `edit`\?/);
    await admin.clicks('edit');
    const modal = await admin.modal('Edit an account');
    expect(await modal.value('Email')).toBe('ann@example.com');
    await modal.closeAll();
  });

  it('that is near none gets the way to help', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user <!channel> *x*');
    const said = await admin.sees(/There is no subcommand .*lists them/s);
    expect(said).not.toContain('<!channel>');
  });
});

describe('a person without the role for it', () => {
  const ADMINS_ONLY = [
    'add',
    'invite',
    'invites',
    'edit',
    'delete',
    'reset-password',
    'templates',
    'restore x',
  ];
  const CHANGES = ['add eve@example.com Eve Il', 'invite eve@example.com', 'block ann@example.com why not'];

  it('is told so at once, and which admin to ask; no window opens and nothing changes', async () => {
    const lines = [
      ...[...ADMINS_ONLY, ...CHANGES.slice(0, 2)].map((line) => ['approver', line] as const),
      ...[...ADMINS_ONLY, ...CHANGES, 'list', 'show', 'block'].map((line) => ['nobody', line] as const),
    ];
    for (const [who, line] of lines) {
      const person = app.as(who);
      await person.types(`/apim-user ${line}`);
      expect(await person.sees(/You don't have permission to do this. Nothing changed/)).toContain(
        `<@${app.ids.admin}>`,
      );
      expect(person.hasModal()).toBe(false);
    }
  });

  it.each([
    ['guests', { isRestricted: true }],
    ['guests', { isUltraRestricted: true }],
    ['deactivated', { isDeactivated: true }],
    ['bots', { isBot: true }],
  ])('is refused among %s, whatever their stored role', async (words, change) => {
    const id = `U0${words.toUpperCase().slice(0, 5)}${Object.keys(change)[0]?.slice(2, 7).toUpperCase()}`;
    const other = await startTestApp({ SLACK_ADMINS: `${app.ids.admin},${id}` });
    try {
      const person = other.addPerson('former', { id, ...change });
      for (const line of ['invite eve@example.com', 'list', 'add']) {
        await person.types(`/apim-user ${line}`);
        expect(await person.sees(/You don't have permission to do this/)).toContain(words);
      }
      expect(other.inbox.mails()).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('finds no account by the search of the global shortcut', async () => {
    const nobody = app.as('nobody');
    await nobody.shortcut('manage_developer');
    const modal = await nobody.modal(/You don't have permission to do this/);
    expect(modal.labels()).toEqual([]);
    await modal.closeAll();
    const said = await app.as('nobody').types('please add zoe@example.com');
    expect(said).toBe(null);
    await (await nobody.message(/zoe@example/)).shortcut('invite_from_message');
    await (await nobody.modal(/You don't have permission to do this/)).closeAll();
  });
});

describe('a shortcut', () => {
  it('finds an account and shows its card', async () => {
    const admin = app.as('admin');
    await admin.shortcut('manage_developer');
    const modal = await admin.modal('Which account?');
    await modal.fill({ Account: 'Ann Lee · ann@example.com' });
    await modal.submit();
    await modal.sees(/State:\* active/);
    await modal.clicks('Edit Ann Lee');
    await modal.sees(/Edit an account/);
    await modal.closeAll();
  });

  it('on a message takes every address in it into the invite modal, which sends them', async () => {
    const admin = app.as('admin');
    await admin.types(
      'Please: Yan <yan@example.com>, zed@example.com (and yan@example.com again), not @here.',
    );
    await (await admin.message(/zed@example/)).shortcut('invite_from_message');
    const modal = await admin.modal('Invite developers');
    expect(await modal.value('Email')).toBe('Yan <yan@example.com>\nzed@example.com');
    await modal.submit();
    await modal.sees(/2 invitations are on their way/);
    await modal.closeAll();
  });
});

describe('a window', () => {
  it('opens as a loading one when the database takes long, and fills in when it answers', async () => {
    const admin = app.as('admin');
    const sql = postgres(app.databaseUrl, { max: 1 });
    try {
      await sql`begin`;
      await sql`lock table accounts in access exclusive mode`;
      const typed = admin.types('/apim-user edit ann@example.com');
      await (await admin.modal('One moment')).sees(/Loading/);
      await typed;
      await sql`rollback`;
      const modal = await admin.modal('Edit an account');
      expect(await modal.value('Email')).toBe('ann@example.com');
      await modal.closeAll();
    } finally {
      await sql.end();
    }
  });

  it('that turns out to have nothing to show says so in the loading one', async () => {
    const admin = app.as('admin');
    const sql = postgres(app.databaseUrl, { max: 1 });
    try {
      await sql`begin`;
      await sql`lock table accounts in access exclusive mode`;
      await admin.types('/apim-user edit nowhere@example.com');
      const modal = await admin.modal('One moment');
      await sql`rollback`;
      await modal.sees(/No account found/);
      await modal.closeAll();
    } finally {
      await sql.end();
    }
  });

  it('that Slack will not open any more can be opened again by a button', async () => {
    const admin = app.as('admin');
    app.slackFails('views.open', { kind: 'error', code: 'expired_trigger_id' });
    await admin.types('/apim-user edit ann@example.com');
    await admin.sees(/took longer than Slack allows/);
    await admin.clicks('Try again');
    const modal = await admin.modal('Edit an account');
    await modal.closeAll();
    app.slackFails('views.open', { kind: 'error', code: 'expired_trigger_id' });
    const home = await admin.home();
    await home.clicks('Find');
    await eventually('a direct message that says so', () =>
      admin.dm().some((message) => /took longer than Slack allows/.test(message.text())),
    );
  });
});

describe('a fault after a window was submitted', () => {
  /** The window as Slack got it back: what a person would find typed in its fields. */
  const refilled = (modal: ModalDriver) => JSON.stringify(modal.view().blocks);

  const WINDOWS: [string, () => Promise<ModalDriver>, Record<string, string | string[]>, RegExp][] = [
    [
      'Invite developers',
      byCommand('invite'),
      { Email: 'kim@example.com', 'A personal line': 'see you' },
      /1 invitation is/,
    ],
    [
      'Add an account',
      byCommand('add'),
      {
        Email: 'lou@example.com',
        'First name': 'Lou',
        'Last name': 'Fern',
        'Email confirmation': ['Send a link to confirm it first'],
      },
      /Added/,
    ],
    ['Edit an account', byCommand('edit ann@example.com'), { Note: 'noted' }, /Saved/],
    ['Groups of an account', byCommand('groups ann@example.com'), { Groups: ['Fresh'] }, /Saved/],
    [
      'Add an operator',
      byButton('operators', 'Add an operator'),
      { Person: 'Noor Nobody' },
      /is now an \*?approver/,
    ],
    ['Block an account', byCommand('block ann@example.com'), { Reason: 'because', Mail: [] }, /Blocked/],
    ['Which account?', byCommand('show'), { Account: 'Ann Lee · ann@example.com' }, /Ann Lee/],
    [
      'Create a group',
      byButton('groups', 'Create'),
      { Name: 'Second', Description: 'the second' },
      /Created/,
    ],
    ['Rename a group', byMenu('groups', 'Rename', 'Second'), { Name: 'Third' }, /Saved/],
    ["A mail's text", byButton('templates', 'Edit Invitation'), { Subject: 'Come in' }, /Saved/],
    ['Delete an account', byCommand('delete ann@example.com'), { Reason: 'gone' }, /Deleted/],
  ];

  function byCommand(line: string) {
    return async () => {
      await app.as('admin').types(`/apim-user ${line}`);
      return app.as('admin').modal();
    };
  }
  function byMenu(line: string, entry: string, of: string) {
    return async () => {
      await app.as('admin').types(`/apim-user ${line}`);
      await app.as('admin').chooses(entry, of);
      return app.as('admin').modal();
    };
  }
  function byButton(line: string, button: string) {
    return async () => {
      await app.as('admin').types(`/apim-user ${line}`);
      await app.as('admin').clicks(button);
      return app.as('admin').modal();
    };
  }

  beforeAll(async () => {
    const modal = await byButton('groups', 'Create')();
    await modal.fill({ Name: 'Fresh' });
    await modal.submit();
    await modal.sees(/Created/);
    await modal.closeAll();
  });

  it('is not called undone when only the answer was lost', async () => {
    const modal = await byCommand('invite')();
    await modal.fill({ Email: 'vera@example.com' });
    const sql = postgres(app.databaseUrl, { max: 1 });
    try {
      await sql`begin`;
      await sql`lock table invitations in access exclusive mode`;
      await modal.submit();
      await modal.sees('Working…');
      app.slackFails('views.update', { kind: 'server-error' });
    } finally {
      await sql`rollback`;
      await sql.end();
    }
    await modal.sees(/may or may not have been done: check before you try again/);
    expect(await modal.value('Email')).toBe('vera@example.com');
    await modal.submit();
    await modal.sees(/vera@example\.com: not invited\. Ada Admin already invited this email/);
    await modal.closeAll();
  });

  it.each(WINDOWS)(
    'leaves what was typed in "%s", ready to be sent again',
    async (title, open, typed, done) => {
      const modal = await open();
      await modal.sees(title);
      await modal.fill(typed);
      // Slack says that the person changed, so that we ask who they are; and then it does not answer that. The job of each
      // minute asks too, so one failure is not enough.
      await app.changePerson(app.ids.admin, { title: 'still runs the API programme' });
      app.slackFails('users.info', { kind: 'server-error' }, 1_000_000);
      await modal.submit();
      await modal.sees(/Slack couldn't confirm who you are. Nothing changed/);
      app.nothingFails();
      const kept = refilled(modal);
      for (const value of Object.values(typed).flat())
        expect(kept).toContain(value === 'Noor Nobody' ? app.ids.nobody : value);
      if (title === 'Block an account') expect(kept).not.toContain('initial_options');
      await modal.submit();
      await modal.sees(done);
      await modal.closeAll();
    },
  );
});

it('Slack refused nothing that was sent to it, except what was made to fail', () => {
  expect(app.refusals().filter((one) => !/expired_trigger_id|users\.info|views\.update/.test(one))).toEqual(
    [],
  );
});
