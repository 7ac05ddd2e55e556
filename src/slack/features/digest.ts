// Monday's digest: admins turn it off in the message itself, and off or on in App Home. See also jobs/notices.ts.
import type { KnownBlock } from '@slack/types';
import { setDigest } from '../../operations/digests/set.ts';
import { showDigest } from '../../operations/digests/show.ts';
import type { Feature, OnPress, SlackRequest } from '../frame/feature.ts';
import { digestSwitch } from '../present/digest.ts';

const turn =
  (isOn: boolean): OnPress =>
  async (request) => {
    await setDigest(request.context, { isOn });
    const text = isOn
      ? "Turned on: Monday's digest comes again next week."
      : 'Turned off: no more digests on Mondays.';
    await request.reply({ text, blocks: [digestSwitch(isOn, text)] });
  };

export const digestFeature: Feature = {
  buttons: { 'digest-off': turn(false), 'digest-on': turn(true) },
};

export async function digestBlocks({ context }: SlackRequest): Promise<KnownBlock[]> {
  const { isOn } = await showDigest(context, {});
  return [digestSwitch(isOn)];
}
