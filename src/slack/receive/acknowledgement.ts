// Holds back the acknowledgement of a request, so that Slack tells the person when the process dies before the work is done.

/** After this, Bolt has given the request up and Slack has told the person so. */
const GIVEN_UP_AFTER_MS = 2_900;

export type Acknowledgement = {
  /** Puts an answer into the acknowledgement. False when that is gone or holds one already: then it was sent, with that one. */
  carry(answer: object): Promise<boolean>;
  /** Sends it: with the answer that it carries, else with `instead`. Throws only when such an answer is lost. */
  send(instead?: object): Promise<void>;
};

/** `at` is when the request came in, in `performance.now()`. */
export function createAcknowledgement(
  at: number,
  acknowledge: (answer?: object) => Promise<void>,
): Acknowledgement {
  let isSent = false;
  let carried: object | undefined;
  const send: Acknowledgement['send'] = async (instead) => {
    if (isSent) return;
    isSent = true;
    if (carried) return acknowledge(carried);
    // It fails when Slack has given the request up. What was not in it isn't lost with it.
    await acknowledge(instead).catch(() => {});
  };
  return {
    send,
    async carry(answer) {
      if (carried) await send();
      if (isSent || performance.now() - at > GIVEN_UP_AFTER_MS) return false;
      carried = answer;
      return true;
    },
  };
}
