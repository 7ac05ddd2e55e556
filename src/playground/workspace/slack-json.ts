// People, channels, messages, views and files as Slack writes them into answers and payloads: the fields that apps read.
import {
  type Channel,
  type Dict,
  type Message,
  type Person,
  type SharedFile,
  type StateValues,
  textOf,
  type View,
} from '../shapes.ts';
import { APP, TEAM } from './people.ts';
import { stateOf } from './view-state.ts';

export function personJson(person: Person, withEmail: boolean): Dict {
  const { id, name, realName, email, teamId, title, isBot } = person;
  return {
    id,
    team_id: teamId,
    name,
    deleted: person.isDeactivated,
    real_name: realName,
    profile: {
      title,
      real_name: realName,
      display_name: name,
      team: teamId,
      ...(withEmail && email !== '' && { email }),
    },
    is_restricted: person.isRestricted,
    is_ultra_restricted: person.isUltraRestricted,
    is_bot: isBot,
    ...(teamId !== TEAM.id && { is_stranger: true }),
  };
}

export function channelJson(channel: Channel): Dict {
  if (channel.kind === 'im') return { id: channel.id, is_im: true, user: channel.members[0] };
  return {
    id: channel.id,
    name: channel.name,
    is_channel: true,
    is_private: channel.kind === 'private',
    is_member: channel.members.includes(APP.botUserId),
    is_ext_shared: channel.isExtShared,
    is_pending_ext_shared: false,
    is_org_shared: false,
  };
}

export function messageJson(message: Message): Dict {
  const { user, text, ts, blocks, editedTs } = message;
  return {
    type: 'message',
    ...(user === APP.botUserId && {
      subtype: 'bot_message',
      bot_id: APP.botId,
      app_id: APP.id,
      team: TEAM.id,
    }),
    user,
    text,
    ts,
    ...(blocks.length > 0 && { blocks }),
    ...(editedTs !== null && { edited: { user, ts: editedTs } }),
  };
}

export function viewJson(view: View, values: StateValues = stateOf(view.blocks)): Dict {
  const { payload } = view;
  return {
    id: view.id,
    team_id: TEAM.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: textOf(payload.private_metadata),
    callback_id: textOf(payload.callback_id),
    state: { values },
    hash: view.hash,
    title: payload.title ?? { type: 'plain_text', text: APP.name },
    close: payload.close ?? null,
    submit: payload.submit ?? null,
    app_id: APP.id,
    bot_id: APP.botId,
  };
}

/** `baseUrl`: where files are downloaded, without a slash at its end. */
export function fileJson(file: SharedFile, baseUrl: string): Dict {
  const url = `${baseUrl}/files-pri/${TEAM.id}-${file.id}/${encodeURIComponent(file.name)}`;
  return {
    id: file.id,
    name: file.name,
    title: file.name,
    mimetype: file.mimetype,
    user: file.user,
    size: file.size,
    ...(file.altText ? { alt_txt: file.altText } : {}),
    mode: 'hosted',
    is_external: false,
    url_private: url,
    url_private_download: url,
  };
}
