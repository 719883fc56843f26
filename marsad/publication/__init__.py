"""What leaves the record: the two things that are published, and the policy that says how much of them.

Every way out (exports, releases, the API, feeds, public pages) takes a `Telling` or a `Happening` that went through
`policy.publish`; nothing that a policy withholds is in them any more.
"""
