const minutes = 60e9;

/** The time-outs that the real provider's framework keeps in the state, in nanoseconds. */
export const timeouts = {
  "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0": {
    create: 20 * minutes,
    delete: 20 * minutes,
    update: 20 * minutes,
  },
};
