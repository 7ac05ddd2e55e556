// Each person turns the messages about their own invitations on or off: in such a message, and in App Home.
import type { KnownBlock } from '@slack/types';
import { setInvitationMessages } from '../../operations/invitations/set-messages.ts';
import { showInvitationMessages } from '../../operations/invitations/show-messages.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { actions, button, section } from '../present/blocks.ts';

const turnOn = () =>
  button('invitation-messages-on', 'Turn on', '-', { label: 'Turn on invitation messages' });
const turnOff = () =>
  button('invitation-messages-off', 'Turn off', '-', { label: 'Turn off invitation messages' });

export const invitationMessagesFeature: Feature = {
  buttons: {
    async 'invitation-messages-off'(request) {
      await setInvitationMessages(request.context, { isOn: false });
      const text = "Turned off. You won't get a message when your invitations are accepted or expire.";
      await request.reply({ text, blocks: [section(text), actions([turnOn()])] });
    },
    async 'invitation-messages-on'(request) {
      await setInvitationMessages(request.context, { isOn: true });
      const text = "Turned on. You'll get a message when your invitations are accepted or expire.";
      await request.reply({ text, blocks: [section(text), actions([turnOff()])] });
    },
  },
};

export async function invitationMessagesBlocks({ context }: SlackRequest): Promise<KnownBlock[]> {
  const isOn = await showInvitationMessages(context, {});
  const text = `*Messages about your invitations:* ${isOn ? 'on. You get one when an invitation is accepted or expires.' : 'off.'}`;
  return [{ ...section(text), accessory: isOn ? turnOff() : turnOn() } as KnownBlock];
}
