// Asks how a key is to be replaced: at once, or with an overlap in which the old one goes on.
import { OVERLAPS } from '../domain/key-life.ts';
import type { KeyView, SubscriptionView } from '../operations/subscriptions/subscription.ts';
import { Link, Moment } from './page-parts.tsx';
import { say, Words } from './say.tsx';
import { pathOfSubscription } from './subscription-labels.ts';

const USUAL_HOURS = 24;
const DAY_HOURS = 24;

type NewKeyProps = {
  subscription: SubscriptionView;
  slot: KeyView['slot'];
  /** Whether the key may go on for a while. */
  mayOverlap: boolean;
};

export function NewKey({ subscription, slot, mayOverlap: mayOverlapHere }: NewKeyProps) {
  const { id, name, version, keys } = subscription;
  const { former, isLeaked } = keys.find((key) => key.slot === slot) ?? {};
  const mayOverlap = mayOverlapHere && !isLeaked;
  return (
    <>
      <p>
        {mayOverlap ? (
          <Words
            text="You get a new {slot, select, primary {primary} other {secondary}} key for <b>{name}</b> at once. The current one can go on beside it while you switch your program."
            slot={slot}
            name={name}
          />
        ) : (
          <Words
            text="The current {slot, select, primary {primary} other {secondary}} key of <b>{name}</b> stops working at once. If your program uses it, switch to the {slot, select, primary {secondary} other {primary}} key first."
            slot={slot}
            name={name}
          />
        )}
      </p>
      {isLeaked ? (
        <p className="notice bad">
          {say('This key was found in public, so it can’t go on beside the new one.')}
        </p>
      ) : null}
      {former?.endsAt ? (
        <p className="notice bad">
          <Words
            text="An older key of this place works until {moment}. It stops working as soon as you replace the key again."
            moment={<Moment at={former.endsAt} />}
          />
        </p>
      ) : null}
      <form method="post" action={`${pathOfSubscription(id)}/new-key?slot=${slot}`}>
        <input type="hidden" name="version" value={version} />
        {mayOverlap ? <Overlaps /> : null}
        <button type="submit">
          {say('Replace the {slot, select, primary {primary} other {secondary}} key', { slot })}
        </button>
      </form>
      <Link href={pathOfSubscription(id)}>{say('Keep it')}</Link>
    </>
  );
}

function Overlaps() {
  return (
    <fieldset>
      <legend>{say('How long should the current key go on working?')}</legend>
      {[0, ...OVERLAPS].map((hours) => (
        <div className="tick" key={hours}>
          <input
            id={`overlap-${hours}`}
            name="overlap"
            type="radio"
            value={hours}
            defaultChecked={hours === USUAL_HOURS}
          />
          <label htmlFor={`overlap-${hours}`}>{overlapLabel(hours)}</label>
        </div>
      ))}
    </fieldset>
  );
}

function overlapLabel(hours: number): string {
  if (hours === 0) return say('Not at all: it stops at once, for example because someone has seen it');
  return hours < DAY_HOURS
    ? say('{hours, plural, one {# hour} other {# hours}}', { hours })
    : say('{days, plural, one {# day} other {# days}}', { days: hours / DAY_HOURS });
}
