# shellcheck shell=bash disable=SC2154
# The platform's token for an instance: it belongs to an administrator of its own, and lies on the machine for root alone.

# A token in its last 30 days is as good as none; of a short life, which the instance's limit may be, the last quarter.
token_works() {
  local said
  said=$(api GET personal_access_tokens/self)
  [[ $(status "$said") == 200 ]] || return 1
  body "$said" | jq -e 'def day: .[:10] + "T00:00:00Z" | fromdate / 86400;
    .expires_at == null or ((.expires_at | day) as $last
    | $last - (now / 86400 | floor) > ([30, (($last - (.created_at | day)) / 4 | floor)] | min))' >/dev/null
}

# The platform's other tokens end once there is one that works; one that does not end now does so by its date.
end_others() {
  local own others one said
  own=$(body "$(api GET personal_access_tokens/self)")
  said=$(api GET "personal_access_tokens?revoked=false&per_page=100&user_id=$(jq -r .user_id <<<"$own")")
  others=$(body "$said" | jq -r --argjson own "$own" \
    '.[] | select(.name == "platform" and .user_id == $own.user_id and .id != $own.id) | .id' 2>/dev/null) ||
    say "GitLab did not tell of old tokens of the platform ($(status "$said"))"
  for one in $others; do
    said=$(api DELETE "personal_access_tokens/$one")
    [[ $(status "$said") == 204 ]] || say "GitLab did not end an old token of the platform ($(status "$said"))"
  done
}

make_token() {
  local value
  value=glpat-$(head -c 24 /dev/urandom | base64 | tr '+/' '-_')
  (umask 077 && printf '%s\n' "$value" >"$token.new")
  rails "$BOT" "$value" || give_up "Rails did not make the platform's token (see above)"
  token=$token.new token_works || give_up "the API does not take the platform's token"
  mv -fT "$token.new" "$token"
  end_others
}
