import { describe, expect, it } from 'vitest';
import { enqueue, nextAnnouncement, quietAnnouncer } from './announcer.ts';

describe('the announcer', () => {
  it('speaks at once when it was quiet, then waits two seconds', () => {
    const first = nextAnnouncement(enqueue(quietAnnouncer, { topic: 'run', text: '1 of 3 done.' }), 1000);
    expect(first.say).toBe('1 of 3 done.');
    const second = nextAnnouncement(enqueue(first.state, { topic: 'run', text: '2 of 3 done.' }), 1500);
    expect(second.say).toBeNull();
    expect(second.againIn).toBe(1500);
    expect(nextAnnouncement(second.state, 3000).say).toBe('2 of 3 done.');
  });

  it('says only the newest message of a topic and keeps a bounded queue', () => {
    let state = nextAnnouncement(enqueue(quietAnnouncer, { topic: 'x', text: 'x' }), 0).state;
    for (let step = 0; step < 100; step++) state = enqueue(state, { topic: 'run', text: `${step} done.` });
    for (let topic = 0; topic < 100; topic++) state = enqueue(state, { topic: `t${topic}`, text: `t${topic}` });
    expect(state.waiting).toHaveLength(8);
    const said = nextAnnouncement(enqueue(state, { topic: 'run', text: 'all done.' }), 5000).say;
    expect(said?.endsWith('all done.')).toBe(true);
  });
});
