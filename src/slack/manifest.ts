// The app's manifest for Slack. The listeners are registered from the same tables, so the two can't differ.
import { COMMANDS, SHORTCUTS } from './handlers.ts';

const SLASH_COMMAND = '/apim-user';
export const SLACK_PATH = '/slack/events';

export const EVENTS = [
  'app_home_opened',
  'message.im',
  'user_change',
  'app_uninstalled',
  'tokens_revoked',
] as const;
export type EventName = (typeof EVENTS)[number];

export const BOT_SCOPES = [
  'commands',
  'chat:write',
  'users:read',
  'users:read.email',
  'im:write',
  'im:history',
  'files:read',
  'files:write',
  'channels:read',
  'groups:read',
];

/** For Slack's "Create an app from a manifest". With Socket Mode it has no addresses. */
export function slackManifest(about: { publicUrl: string; isSocketMode: boolean }) {
  const url = about.isSocketMode ? null : `${about.publicUrl}${SLACK_PATH}`;
  return {
    display_information: {
      name: 'apim-user',
      description: 'The developer accounts of an API programme',
      background_color: '#1d3557',
    },
    features: {
      // Not read-only, because people type commands in the direct message with the app too.
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: 'apim-user', always_online: true },
      shortcuts: SHORTCUTS.map(({ run: _run, ...shortcut }) => shortcut),
      slash_commands: [
        {
          command: SLASH_COMMAND,
          ...(url ? { url } : {}),
          description: 'Manage API developer accounts',
          usage_hint: `[${COMMANDS.map((command) => command.name).join(' | ')}]`,
          // Slack then sends the ids of users and channels, because several can have the same name.
          should_escape: true,
        },
      ],
    },
    oauth_config: { scopes: { bot: BOT_SCOPES } },
    settings: {
      event_subscriptions: { ...(url ? { request_url: url } : {}), bot_events: [...EVENTS] },
      interactivity: {
        is_enabled: true,
        ...(url ? { request_url: url, message_menu_options_url: url } : {}),
      },
      org_deploy_enabled: false,
      socket_mode_enabled: about.isSocketMode,
      token_rotation_enabled: false,
    },
  };
}
