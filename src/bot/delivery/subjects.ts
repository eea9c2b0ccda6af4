import { alertSubjects } from './alert-subject.js';
import { digestSubjects } from './digest-subject.js';
import { noticeSubjects } from './notice-subject.js';
import type { Subjects } from './subject.js';

/** All that is told to channels. */
export const SUBJECTS: Subjects = { alert: alertSubjects, digest: digestSubjects, notice: noticeSubjects };
