// An approval that waits: the card, its answers, what was answered.

export const approvals = {
  'approval.title': 'Approvals',
  'approval.waits': '{count, plural, one {# item waits for you} other {# items wait for you}}',
  'approval.approve': 'Approve',
  'approval.reject': 'Reject',
  'approval.reason': 'Reason (goes to the graph)',
  'approval.requested': 'Asked {time}',
  'approval.approved': 'Approved',
  'approval.rejected': 'Rejected',
  'approval.withdrawn': 'No longer asked',
  'approval.details': 'What it is about',
  'approval.failed': 'The answer was not taken: {reason}',
  'approval.position': '{index} of {total}',
  'approval.next': 'Next approval',
  'approval.announce': '{name} waits for your approval: {title}',
} as const;
