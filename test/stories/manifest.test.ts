import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SHORTCUTS } from '../../src/slack/handlers.ts';
import { BOT_SCOPES, EVENTS, slackManifest } from '../../src/slack/manifest.ts';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const run = promisify(execFile);
const { PATH } = process.env;
const print = (env: Record<string, string>) =>
  run(process.execPath, ['--import', 'tsx', 'src/cli/manifest.ts'], { env: { PATH, ...env } });

describe('npm run slack:manifest', () => {
  it('prints the manifest with our address in it, before there is any other setting', async () => {
    const { stdout, stderr } = await print({ PUBLIC_URL: 'https://apis.northwind.example/' });
    expect(stderr).toBe('');
    const manifest = JSON.parse(stdout) as ReturnType<typeof slackManifest>;
    const url = 'https://apis.northwind.example/slack/events';
    expect(manifest.features.slash_commands).toMatchObject([
      { command: '/apim-user', url, should_escape: true },
    ]);
    expect(manifest.features.shortcuts.map((one) => [one.type, one.callback_id])).toEqual([
      ['message', 'invite_from_message'],
      ['global', 'manage_developer'],
    ]);
    expect(manifest.settings.interactivity).toEqual({
      is_enabled: true,
      request_url: url,
      message_menu_options_url: url,
    });
    expect(manifest.settings.event_subscriptions).toEqual({ request_url: url, bot_events: [...EVENTS] });
    expect(manifest.oauth_config.scopes.bot).toEqual(BOT_SCOPES);
    expect(manifest.settings.socket_mode_enabled).toBe(false);
  });

  it('says on standard error when the address is missing, and names no address with Socket Mode', async () => {
    const without = await print({});
    expect(without.stderr).toContain('PUBLIC_URL is not set');
    expect(JSON.parse(without.stdout)).toBeTruthy();
    const socket = await print({ SLACK_APP_TOKEN: 'xapp-1-A0-1-a' });
    expect(socket.stderr).toBe('');
    expect(socket.stdout).not.toContain('url"');
    expect(JSON.parse(socket.stdout).settings.socket_mode_enabled).toBe(true);
  });

  it('ends with 78 when the address is invalid', async () => {
    await expect(print({ PUBLIC_URL: 'nowhere' })).rejects.toMatchObject({ code: 78 });
  });

  it("stays within Slack's limits", () => {
    const { features, display_information } = slackManifest({
      publicUrl: 'https://a.b',
      isSocketMode: false,
    });
    expect(display_information.name.length).toBeLessThanOrEqual(35);
    expect(display_information.description.length).toBeLessThanOrEqual(140);
    for (const shortcut of features.shortcuts) {
      expect(shortcut.name.length).toBeLessThanOrEqual(24);
      expect(shortcut.description.length).toBeLessThanOrEqual(150);
    }
  });
});

describe('every shortcut of the manifest', () => {
  const app = forAllTests(startTestApp);

  it('opens its modal', async () => {
    const admin = app.as('admin');
    await admin.types('Please let zoe@example.com in');
    const asked = await admin.message(/zoe@example\.com/);
    for (const { type, callback_id } of SHORTCUTS) {
      if (type === 'global') await admin.shortcut(callback_id);
      else await asked.shortcut(callback_id);
      const title = callback_id === 'manage_developer' ? 'Which account?' : 'Invite developers';
      const modal = await admin.modal(title);
      if (type === 'message') expect(await modal.value('Email')).toBe('zoe@example.com');
      await modal.closeAll();
    }
    expect(app.refusals()).toEqual([]);
  });
});
